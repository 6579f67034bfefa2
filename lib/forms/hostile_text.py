"""Refuse, at the field, text that no person means to send: NUL, control and direction-override characters.

PostgreSQL cannot store NUL, UTF-8 cannot encode half a surrogate pair, a log line can be forged with an
escape sequence, and a name can be turned around on the page with U+202E. Django looks only for NUL, only
in some fields. Here every submitted value is looked at, before a field or the database sees it.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.forms import EmailField, Field, Textarea
from django.utils.translation import gettext_lazy as _

from lib.forms.exceptions import FieldFailedError
from lib.forms.mail_addresses import refuse_unmailable

if TYPE_CHECKING:
    from django.forms import BaseForm as MixedIntoForm
    from django.forms import BoundField
else:
    MixedIntoForm = object

MAX_LINE_LENGTH = 10_000
MAX_TEXT_LENGTH = 100_000

# Control characters, halves of surrogate pairs, and what Python puts in place of bytes that are not UTF-8.
NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffd]")
# Characters that turn the direction of all that follows. Letters of right-to-left scripts need none of them.
DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")
LINE_BREAK = re.compile("[\n\r\u2028\u2029]")
# White space, and what takes no ink: joiners, fillers, marks of direction, variation selectors, tags.
INVISIBLE = re.compile(
    "[\\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060-\u206f"
    "\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]+"
)


class RefusesHostileText(MixedIntoForm):
    """Look at every submitted value of the form's fields before Django cleans them."""

    def _clean_fields(self) -> None:
        # Django's own loop with one line before and one after: there is no public hook at which a raw value
        # can be refused as an error of its field and kept away from the field and from clean_<name>().
        for name, bound in self._bound_items():  # type: ignore[attr-defined]
            try:
                refuse_hostile_text(bound)
                self.cleaned_data[name] = bound.field._clean_bound_field(bound)
                refuse_unstorable_text(self.cleaned_data[name])
                if hasattr(self, f"clean_{name}"):
                    self.cleaned_data[name] = getattr(self, f"clean_{name}")()
            except ValidationError as error:
                self.add_error(name, error)
            except RecursionError:  # from Python's JSON parser
                self.add_error(name, ValidationError(_("This is nested too deeply."), code="hostile_text"))
            except FieldFailedError:
                # clean_<name>() needs a field that failed; without it this one has no value either.
                self.cleaned_data.pop(name, None)


def refuse_hostile_text(bound: "BoundField") -> None:
    """Raise ValidationError if the submitted value of a field contains text that nobody types."""
    if bound.field.disabled:
        return  # Django takes the initial value then, whatever was submitted
    for text in texts_in(bound.data):
        _refuse(text, bound.field)
        if isinstance(bound.field, EmailField) and text.strip():
            refuse_unmailable(text)


def refuse_unstorable_text(value: object) -> None:
    """Raise ValidationError if a cleaned JSON value contains what its escapes hid: \\u0000 or half a pair."""
    if isinstance(value, dict | list):
        for text in texts_in(value):
            _refuse_characters(NOT_TEXT, text)


def texts_in(value: object) -> Iterator[str]:
    """Yield every string in a value as widgets return it or JSON parses to, however deep."""
    # A stack, not recursion: the depth is the sender's choice.
    waiting: list[Any] = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, dict):
            waiting += [*item.keys(), *item.values()]
        elif isinstance(item, list | tuple):
            waiting += item


def _refuse(text: str, field: Field) -> None:
    is_multiline = isinstance(field.widget, Textarea)
    _refuse_length(text, field, MAX_TEXT_LENGTH if is_multiline else MAX_LINE_LENGTH)
    if getattr(field, "strip", True):
        text = text.strip(" \t\r\n")  # a tab or line end pasted along, which the field will remove
    _refuse_characters(NOT_TEXT, text)
    # Blanks alone are for the field to judge: "required", or empty.
    if text.strip() and INVISIBLE.fullmatch(text):
        raise ValidationError(_("This contains only invisible characters."), code="hostile_text")
    if not is_multiline:
        _refuse_characters(DIRECTION, text)
        if LINE_BREAK.search(text):
            raise ValidationError(_("Write this on one line."), code="hostile_text")
        if "\t" in text:
            raise ValidationError(_("Write a space instead of the tab."), code="hostile_text")


def _refuse_length(text: str, field: Field, limit: int) -> None:
    limit = max(limit, getattr(field, "max_length", None) or 0)
    if len(text) > limit:
        message = _("This has %(length)d characters. Shorten it to %(limit)d.")
        raise ValidationError(message, code="hostile_text", params={"length": len(text), "limit": limit})


def _refuse_characters(refused: re.Pattern[str], text: str) -> None:
    found = refused.search(text)
    if found is None:
        return
    code_point = f"U+{ord(found[0]):04X}"
    if found.start() == 0:
        message = _("Remove the invisible or unreadable character %(code_point)s at the beginning.")
    else:
        message = _("Remove the invisible or unreadable character %(code_point)s after “%(before)s”.")
    before = text[max(0, found.start() - 10) : found.start()]
    raise ValidationError(message, code="hostile_text", params={"code_point": code_point, "before": before})
