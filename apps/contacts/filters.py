"""What may be asked of a list through its address: `?q=ann&order=-email&page=2`.

Anybody can type anything there, and old links live long. So a value that makes no sense is left
out and said so, and the rest of the question is still answered.
"""

from typing import Any, Self

from django import forms
from django.core.paginator import Page, Paginator
from django.db.models import F, QuerySet
from django.db.models.expressions import OrderBy
from django.db.models.functions import Lower
from django.http import QueryDict

from apps.contacts.models import Contact, ContactQuerySet, Organisation, OrganisationQuerySet
from lib.forms import Form

ROWS_PER_PAGE = 25

# What `order` may name. A minus before it turns the order around.
ORDERS: dict[str, list[Lower | F]] = {
    "name": [Lower("last_name"), Lower("first_name")],
    "organisation": [Lower("organisation__name"), Lower("last_name"), Lower("first_name")],
    "email": [Lower("email")],
    "updated": [F("updated_at")],
}


class ListForm(Form):
    """A question to any list: some words, and which page of the answer."""

    q = forms.CharField(
        label="Search",
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    page = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

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

    def page_of(self, rows: QuerySet[Any]) -> Page[Any]:
        """Return the page asked for; past the end that is the last one."""
        return Paginator(rows, ROWS_PER_PAGE).get_page(self.page() or 1)


class OrganisationListForm(ListForm):
    def organisations(self) -> OrganisationQuerySet:
        return Organisation.objects.matching(self.q()).with_contact_count()


class ContactListForm(ListForm):
    organisation = forms.ModelChoiceField(
        queryset=Organisation.objects.all(),
        required=False,
        empty_label="All organisations",
    )
    order = forms.ChoiceField(
        choices=[(order, order) for name in ORDERS for order in (name, f"-{name}")],
        required=False,
        widget=forms.HiddenInput,
    )

    def contacts(self) -> ContactQuerySet:
        found = Contact.objects.matching(self.q())
        if self.organisation():
            found = found.filter(organisation=self.organisation())
        return found.order_by(*_order_by(self.chosen_order()))

    def chosen_order(self) -> str:
        return self.order() or "name"

    def is_narrowed(self) -> bool:
        """Tell whether the list may show less than everybody."""
        return bool(self.q() or self.organisation())


def _order_by(order: str) -> list[OrderBy]:
    name = order.removeprefix("-")
    # Contacts without an organisation come last both ways. Nothing else is ever NULL, and saying so
    # would keep PostgreSQL from walking an index backwards.
    nulls_last = True if name == "organisation" else None
    # The key makes the order complete: without it a row can be on two pages, or on none.
    terms = [*ORDERS[name], F("pk")]
    return [OrderBy(term, descending=order.startswith("-"), nulls_last=nulls_last) for term in terms]
