"""Django's admin at Acme, in each isolation. `tests/isolation/test_admin.py` runs this."""

import pytest
from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.contenttypes.models import ContentType

from apps.accounts.models import User
from apps.contacts.models import Contact, Organisation
from lib.tenancy import tenant_context
from lib.tenancy.testing import no_leak
from tests.conftest import PASSWORD
from tests.isolation.with_admin.urls import site

pytestmark = pytest.mark.parametrize("isolation", ["schema", "database"], indirect=True)

ORGANISATIONS, CONTACTS = "/admin/contacts/organisation/", "/admin/contacts/contact/"
NO_NUMBERS = {"phone_numbers-TOTAL_FORMS": "0", "phone_numbers-INITIAL_FORMS": "0"}


@pytest.fixture
def admin(isolation, cast, at):
    """The browser of Acme's superuser. Nothing of Globex may be seen in it, or changed by it."""
    with tenant_context(cast.globex):
        Organisation.objects.create(pk=900_007, name="Client of Globex", city="Othertown")
    with tenant_context(cast.acme):
        superuser = User.objects.create_superuser("admin@acme.example", PASSWORD)
    client = at(cast.acme, as_=superuser)
    with no_leak(of=cast.globex), tenant_context(cast.acme):
        yield client


def log():
    return list(LogEntry.objects.order_by("pk").values_list("action_flag", "object_repr"))


def organisation(**fields):
    return Organisation.objects.create(**{"name": "Northwind", "city": "Leeds"} | fields)


def test_the_start_and_every_list_and_form_open(admin):
    assert admin.get("/admin/").status_code == 200
    assert len(site._registry) == 5
    for model in site._registry:
        address = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        for page in ("", "add/", "?q=x"):
            if "q=" in page and not site._registry[model].search_fields:
                continue
            assert admin.get(f"{address}{page}").status_code == 200, address


def test_it_lists_searches_and_filters_its_own(admin):
    organisation()
    assert "Northwind" in admin.get(ORGANISATIONS).content.decode()
    assert "0 organisations" in admin.get(ORGANISATIONS, {"q": "Client"}).content.decode()
    assert "Northwind" in admin.get(ORGANISATIONS, {"city": "Leeds"}).content.decode()


def test_it_adds_changes_and_deletes_and_keeps_the_history(admin):
    new = {"name": "Northwind", "city": "Leeds", "website": "", "version": "1"}
    assert admin.post(f"{ORGANISATIONS}add/", new).status_code == 302
    row = Organisation.objects.get(name="Northwind")
    address = f"{ORGANISATIONS}{row.pk}/"
    assert admin.post(f"{address}change/", new | {"city": "York"}).status_code == 302
    row.refresh_from_db()
    assert row.city == "York"
    history = admin.get(f"{address}history/").content.decode()
    assert "Added." in history
    assert "Changed City." in history
    assert "Are you sure" in admin.get(f"{address}delete/").content.decode()
    assert admin.post(f"{address}delete/", {"post": "yes"}).status_code == 302
    assert not Organisation.objects.exists()
    assert log() == [(ADDITION, "Northwind"), (CHANGE, "Northwind"), (DELETION, "Northwind")]
    kinds = set(LogEntry.objects.values_list("content_type", flat=True))
    assert kinds == {ContentType.objects.get_for_model(Organisation).pk}


def test_an_entry_of_the_log_is_its_authors_and_shown_on_the_start(admin):
    admin.post(f"{ORGANISATIONS}add/", {"name": "Northwind", "version": "1"})
    assert LogEntry.objects.get().user.is_superuser
    assert "Northwind" in admin.get("/admin/").content.decode()


def test_rows_of_another_form_are_saved_along(admin):
    form = {
        "last_name": "Gibbons",
        "version": "1",
        "organisation": organisation().pk,
        "phone_numbers-TOTAL_FORMS": "1",
        "phone_numbers-INITIAL_FORMS": "0",
        "phone_numbers-0-kind": "work",
        "phone_numbers-0-number": "020 7946 0018",
    }
    assert admin.post(f"{CONTACTS}add/", form).status_code == 302
    contact = Contact.objects.get()
    assert contact.organisation.name == "Northwind"
    assert [number.number for number in contact.phone_numbers.all()] == ["020 7946 0018"]


def test_a_row_of_the_other_company_cannot_be_opened_chosen_or_deleted(admin):
    for page in ("change/", "delete/", "history/"):
        assert admin.get(f"{ORGANISATIONS}900007/{page}").status_code == 302  # to the start: no such row
    chosen = {"last_name": "Gibbons", "version": "1", "organisation": 900_007, **NO_NUMBERS}
    answer = admin.post(f"{CONTACTS}add/", chosen)
    assert answer.status_code == 200
    assert "organisation" in answer.context["adminform"].form.errors
    assert not Contact.objects.exists()


def test_it_completes_from_its_own(admin):
    organisation()
    question = {"app_label": "contacts", "model_name": "contact", "field_name": "organisation"}
    answers = admin.get("/admin/autocomplete/", {**question, "term": ""}).json()["results"]
    assert [answer["text"] for answer in answers] == ["Northwind"]
    assert admin.get("/admin/autocomplete/", {**question, "term": "Client"}).json()["results"] == []


def test_an_action_is_done_to_all_that_are_chosen_and_to_no_others(admin):
    rows = [organisation(name=f"Number {number}") for number in range(3)]
    chosen = [row.pk for row in rows[:2]]
    action = {"action": "move_to_springfield", "_selected_action": [*chosen, 900_007]}
    assert admin.post(ORGANISATIONS, action).status_code == 302
    assert sorted(Organisation.objects.values_list("city", flat=True)) == [
        "Leeds",
        "Springfield",
        "Springfield",
    ]

    delete = {"action": "delete_selected", "_selected_action": chosen}
    assert "Are you sure" in admin.post(ORGANISATIONS, delete).content.decode()
    admin.post(ORGANISATIONS, delete | {"post": "yes"})
    assert [row.name for row in Organisation.objects.all()] == ["Number 2"]
    assert [flag for flag, _ in log()] == [DELETION, DELETION]


def test_everything_across_the_pages_can_be_chosen(admin):
    for number in range(120):
        organisation(name=f"Number {number}")
    action = {"action": "move_to_springfield", "select_across": "1", "_selected_action": "1", "index": "0"}
    admin.post(ORGANISATIONS, action)
    assert Organisation.objects.filter(city="Springfield").count() == 120


def test_who_is_not_let_in_sees_a_form_to_sign_in(admin, cast, at):
    assert admin.get(ORGANISATIONS).status_code == 200
    for user in (None, cast.bob):
        answer = at(cast.acme, as_=user).get(ORGANISATIONS)
        assert (answer.status_code, answer.url.split("?")[0]) == (302, "/admin/login/")
