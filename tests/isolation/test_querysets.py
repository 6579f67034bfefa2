"""A queryset made at Acme reads Acme or nothing, however and wherever it is evaluated."""

import copy
import inspect
import pickle
import re

import pytest
from django import forms
from django.db import connection, transaction
from django.db.models import Exists, Max, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.query import RawQuerySet
from django.test.utils import CaptureQueriesContext

from apps.companies.models import Company
from apps.contacts.models import Contact, Organisation
from lib.tenancy import no_tenant, tenant_context
from lib.tenancy.exceptions import NoTenantError, WrongTenantError
from lib.tenancy.query_guards import LOOK_AT_LOADED_ROWS

FOR_NOBODY = Organisation.objects.order_by("pk")

EVALUATIONS = {
    "list": list,
    "bool": bool,
    "len": len,
    "repr": repr,
    "get": lambda rows: rows.get(),
    "first": lambda rows: rows.first(),
    "index": lambda rows: rows[0],
    "slice": lambda rows: list(rows[:1]),
    "filter": lambda rows: list(rows.filter(name__contains="Client")),
    "values": lambda rows: list(rows.values("name")),
    "values_list": lambda rows: list(rows.values_list("name", flat=True)),
    "dates": lambda rows: list(rows.values_list("contacts__created_at__date").distinct()),
    "iterator": lambda rows: list(rows.iterator()),
    "count": lambda rows: rows.count(),
    "exists": lambda rows: rows.exists(),
    "aggregate": lambda rows: rows.aggregate(Max("name")),
    "aggregate of some": lambda rows: rows[:5].aggregate(Max("name")),
    "in_bulk": lambda rows: rows.in_bulk(),
    "explain": lambda rows: rows.explain(),
    "update": lambda rows: rows.update(city="Rome"),
    "delete": lambda rows: rows.delete(),
    "raw delete": lambda rows: rows.filter(contacts=None)._raw_delete("default"),
    "alias": lambda rows: list(rows.using("default")),
    "pickle": pickle.dumps,
    "deepcopy": lambda rows: list(copy.deepcopy(rows)),
    "union": lambda rows: list(Organisation.objects.union(rows)),
    "or": lambda rows: list(Organisation.objects.all() | rows),
    "in": lambda rows: list(Contact.objects.filter(organisation__in=rows)),
    "subquery": lambda rows: list(Contact.objects.annotate(x=Subquery(rows.values("name")[:1]))),
    "exists in": lambda rows: list(Contact.objects.filter(Exists(rows.filter(pk=OuterRef("organisation"))))),
    "prefetch": lambda rows: list(Contact.objects.prefetch_related(Prefetch("organisation", queryset=rows))),
    "join": lambda rows: list(rows.select_related().prefetch_related("contacts")),
}


@pytest.mark.parametrize("evaluate", EVALUATIONS.values(), ids=EVALUATIONS)
def test_a_queryset_of_acme_is_not_evaluated_at_globex(evaluate, twins, nothing_changes):
    with tenant_context(twins.acme):
        rows = Organisation.objects.all()
    refused = pytest.raises(WrongTenantError, match=r"A query for .*acme_.*globex_")
    with tenant_context(twins.globex), refused, transaction.atomic():
        evaluate(rows)


@pytest.mark.parametrize("evaluate", EVALUATIONS.values(), ids=EVALUATIONS)
def test_the_same_queryset_is_evaluated_at_acme(evaluate, twins):
    with tenant_context(twins.acme):
        rows = Organisation.objects.all()
    with tenant_context(twins.globex):
        pass
    with tenant_context(twins.acme):
        evaluate(rows)


def test_nothing_is_sent_for_a_foreign_queryset(twins):
    with tenant_context(twins.acme):
        rows = Organisation.objects.all()
    with CaptureQueriesContext(connection) as captured, tenant_context(twins.globex):
        assert_refused(rows)
    assert len(captured) == 0


def assert_refused(rows):
    with pytest.raises(WrongTenantError):
        list(rows)


def test_rows_that_acme_loaded_are_not_shown_at_globex(twins):
    with tenant_context(twins.acme):
        rows = Organisation.objects.all()
        assert list(rows) == [twins.acmes]
    with tenant_context(twins.globex):
        for read in (
            list,
            len,
            bool,
            lambda rows: rows[0],
            lambda rows: rows.count(),
            lambda rows: rows.exists(),
            lambda rows: rows.contains(twins.globexs),
            pickle.dumps,
        ):
            with pytest.raises(WrongTenantError):
                read(rows)
    with no_tenant():  # they are in memory, and nobody else's
        assert list(rows) == [twins.acmes]


def test_every_method_that_looks_at_loaded_rows_is_guarded():
    looking = {
        name
        for queryset in (QuerySet, RawQuerySet)
        for name, method in inspect.getmembers(queryset, inspect.isfunction)
        if re.search(r"self\._result_cache(?! = )", source := inspect.getsource(inspect.unwrap(method)))
        if "self._fetch_all" not in source
    }
    # The last two are `_fetch_all`, and what it calls.
    assert looking == {*LOOK_AT_LOADED_ROWS, "_fetch_all", "_prefetch_related_objects"}


def test_rows_that_came_along_with_acmes_are_not_shown_at_globex(twins):
    with tenant_context(twins.acme):
        (organisation,) = Organisation.objects.prefetch_related("contacts")
        along = organisation.contacts.all()
        assert list(along) == [twins.acmes_contact]
    with tenant_context(twins.globex), pytest.raises(WrongTenantError):
        list(along)


def test_a_queryset_from_a_pickle_knows_its_company(twins):
    with tenant_context(twins.acme):
        rows = pickle.loads(pickle.dumps(Organisation.objects.all()))
        query = pickle.loads(pickle.dumps(Organisation.objects.all().query))
        assert list(rows) == [twins.acmes]
    with tenant_context(twins.globex):
        again = Organisation.objects.all()
        again.query = query
        for foreign in (rows, rows.all(), again):
            with pytest.raises(WrongTenantError):
                list(foreign)


def test_raw_queries_know_their_company(twins):
    sql = "SELECT * FROM contacts_organisation"
    with tenant_context(twins.acme):
        rows, loaded = Organisation.objects.raw(sql), Organisation.objects.raw(sql)
        assert list(loaded) == [twins.acmes]
    with tenant_context(twins.globex):
        for foreign in (rows, rows.using("default"), rows.prefetch_related("contacts"), loaded):
            with pytest.raises(WrongTenantError, match="acme_"):
                list(foreign)
        with pytest.raises(WrongTenantError, match="acme_"):
            list(rows.iterator())


def test_a_queryset_made_for_nobody_serves_everybody(twins):
    for company, theirs in ((twins.acme, twins.acmes), (twins.globex, twins.globexs)):
        with tenant_context(company):
            assert list(FOR_NOBODY.all()) == [theirs]
            assert FOR_NOBODY.count() == 1
            assert list(FOR_NOBODY.iterator()) == [theirs]
    with pytest.raises(NoTenantError):
        list(FOR_NOBODY)


def test_a_queryset_made_for_nobody_and_evaluated_is_of_who_evaluated_it(twins):
    rows = Organisation.objects.all()
    with tenant_context(twins.acme):
        refined = rows.filter(pk__gt=0)
        assert list(rows) == [twins.acmes]
    with tenant_context(twins.globex):
        for foreign in (rows, refined):
            with pytest.raises(WrongTenantError):
                list(foreign)
        assert list(rows.all()) == [twins.globexs]


def test_a_form_made_once_offers_each_company_its_own_rows(twins):
    class Choose(forms.Form):
        organisation = forms.ModelChoiceField(Organisation.objects.all())

    for company, theirs, not_theirs in (
        (twins.acme, twins.acmes, twins.globexs),
        (twins.globex, twins.globexs, twins.acmes),
    ):
        with tenant_context(company):
            form = Choose({"organisation": theirs.pk})
            assert theirs.name in form.as_p()
            assert not_theirs.name not in form.as_p()
            assert form.is_valid()


def test_a_module_imported_under_a_company_is_made_for_nobody(twins, tmp_path, monkeypatch):
    (tmp_path / "imported_late.py").write_text(
        "from apps.contacts.models import Organisation\nROWS = Organisation.objects.all()\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    with tenant_context(twins.acme):
        import imported_late

        assert list(imported_late.ROWS.all()) == [twins.acmes]
    with tenant_context(twins.globex):
        assert list(imported_late.ROWS.all()) == [twins.globexs]


def test_querysets_of_the_platform_are_everybodys(twins):
    with tenant_context(twins.acme):
        rows, loaded = Company.objects.order_by("pk"), Company.objects.order_by("pk")
        assert len(loaded) > 1
    with tenant_context(twins.globex):
        assert str(rows.query).startswith("SELECT")
        assert list(rows) == list(loaded)


def test_an_iterator_that_has_begun_stays_with_its_company(twins):
    with tenant_context(twins.acme):
        Organisation.objects.create(name="Hooli")
        rows = Organisation.objects.order_by("-pk").prefetch_related("contacts").iterator(chunk_size=1)
        next(rows)
    with tenant_context(twins.globex):
        (second,) = rows  # the chunk, and what it prefetches, is Acme's
        with pytest.raises(WrongTenantError):
            second.save()
    with tenant_context(twins.acme):
        second.save()
        assert [contact.organisation for contact in second.contacts.all()] in ([], [twins.acmes])


def test_an_iterator_that_has_not_begun_is_refused_elsewhere(twins):
    with tenant_context(twins.acme):
        rows = Organisation.objects.iterator()
    with tenant_context(twins.globex), pytest.raises(WrongTenantError):
        next(rows)
