"""Language and time zone of one request, given back when it ends."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.utils import timezone, translation


@contextmanager
def locale_of_request() -> Iterator[None]:
    """Begin with the settings' language and time zone, and undo what the block activates.

    `activate()` lasts as long as the thread. On a server the thread's next request is another tenant's.
    """
    with translation.override(settings.LANGUAGE_CODE), timezone.override(None):
        yield
