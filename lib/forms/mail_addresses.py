"""Addresses that a form accepts and no mail can reach."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

MAX_ADDRESS_CHARACTERS = 254


def refuse_unmailable(address: str) -> None:
    """Raise ValidationError for an address that cannot be written into a mail.

    Django's pattern ignores case and so lets four letters outside ASCII pass before the @; and it does not
    try whether the domain can be encoded. Source: RFC 5321 section 4.5.3.1, RFC 3490.
    """
    local_part, _at, domain = address.strip().rpartition("@")
    is_mailable = local_part.isascii() and len(address.lower()) <= MAX_ADDRESS_CHARACTERS
    if is_mailable:
        try:
            domain.encode("idna")
        except UnicodeError:
            is_mailable = False
    if not is_mailable:
        raise ValidationError(_("No mail can reach this address. Check its spelling."), code="unmailable")
