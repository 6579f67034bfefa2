"""What may be asked of a page through its address: `?q=ann&order=-email&page=2`.

Anybody can type anything there, and old links live long. So a value that makes no sense is left
out and said so, and the rest of the question is still answered.
"""

from typing import Self

from django.http import QueryDict

from lib.forms.enhanced import Form


class QueryForm(Form):
    """A form that a page fills from its address. `complaints` say what was left out."""

    complaints: list[str] = []

    @classmethod
    def understood(cls, query: QueryDict) -> Self:
        """Return a valid form, with a complaint for each value that had to be left out."""
        form = cls(query)
        if form.is_valid():
            return form
        rest = query.copy()
        for name in form.errors:
            rest.pop(name, None)
        valid_form = cls(rest)
        valid_form.full_clean()
        valid_form.complaints = [
            f"{form[name].label}: {error}" for name, errors in form.errors.items() for error in errors
        ]
        return valid_form
