"""Language and time zone of one request, given back when it ends."""

from django.conf import settings
from django.utils import timezone, translation


class LocaleOfRequest:
    """Begin with the settings' language and time zone, and undo what the block activates.

    `activate()` lasts as long as the thread. On a server the thread's next request is another tenant's.
    """

    __slots__ = ("_language", "_zone")

    def __enter__(self) -> None:
        self._language, self._zone = translation.get_language(), timezone.get_current_timezone()
        # Mostly they are active: what a request gives back is what the next one begins with.
        if self._language != settings.LANGUAGE_CODE:
            translation.activate(settings.LANGUAGE_CODE)
        if self._zone is not timezone.get_default_timezone():
            timezone.activate(timezone.get_default_timezone())

    def __exit__(self, *error: object) -> None:
        if self._language is None:
            translation.deactivate_all()
        else:
            translation.activate(self._language)
        # Activated, not deactivated: Django asks all the time, and where nothing is active that takes longer.
        timezone.activate(self._zone)
