"""What may be asked of a list through its address: `?q=ann&order=-email&page=2`."""

from typing import Any

from django import forms
from django.core.paginator import Page, Paginator
from django.db.models import F, QuerySet
from django.db.models.expressions import OrderBy
from django.db.models.functions import Lower

from apps.contacts.models import Contact, ContactQuerySet, Organisation, OrganisationQuerySet
from lib.forms import QueryForm

ROWS_PER_PAGE = 25

# What `order` may name. A minus before it turns the order around.
ORDERS: dict[str, list[Lower | F]] = {
    "name": [Lower("last_name"), Lower("first_name")],
    "organisation": [Lower("organisation__name"), Lower("last_name"), Lower("first_name")],
    "email": [Lower("email")],
    "updated": [F("updated_at")],
}
ORDER_LABELS = [
    ("name", "Name, A to Z"),
    ("-name", "Name, Z to A"),
    ("organisation", "Organisation, A to Z"),
    ("-organisation", "Organisation, Z to A"),
    ("email", "E-mail, A to Z"),
    ("-email", "E-mail, Z to A"),
    ("-updated", "Last change, newest first"),
    ("updated", "Last change, oldest first"),
]


class ListForm(QueryForm):
    """A question to any list: some words, and which page of the answer."""

    q = forms.CharField(
        label="Search",
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    page = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

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
    order = forms.ChoiceField(choices=ORDER_LABELS, required=False)

    def contacts(self) -> ContactQuerySet:
        found = Contact.objects.matching(self.q())
        if self.organisation():
            found = found.filter(organisation=self.organisation())
        return found.order_by(*_order_by(self.chosen_order()))

    def chosen_order(self) -> str:
        return self.order() or "name"

    def description(self) -> str:
        """Say in words which contacts these are."""
        whose = f" of {self.organisation()}" if self.organisation() else ""
        which = f" with “{self.q()}”" if self.q() else ""
        return f"Contacts{whose}{which}" if whose or which else "All contacts"

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
