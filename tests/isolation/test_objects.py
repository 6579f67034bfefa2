"""What Acme loaded or made does nothing at Globex. At Acme it works, so it is refused for that alone."""

import copy
import pickle

import pytest
from django.contrib.auth.models import Group
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core import serializers
from django.core.cache import caches
from django.db import models, transaction
from django.test.utils import isolate_apps

from apps.accounts.models import User
from apps.companies.models import Company
from apps.contacts.models import Contact, Organisation, PhoneNumber
from lib.tenancy import no_tenant, tenant_context
from lib.tenancy.exceptions import NoTenantError, WrongTenantError
from lib.tenancy.provisioning import provisioning
from lib.tenancy.router import TenancyRouter
from lib.tenancy.stamps import stamp_of

BY_NAME = {"using": "default"}


def load(company):
    with tenant_context(company):
        return Organisation.objects.defer("website").get(), Contact.objects.get()


def new_number(contact):
    return PhoneNumber(contact=contact, number="+44 20 7946 0018")


# What one does with an organisation and one of its contacts, each of which asks or changes the database.
USES = {
    "save": lambda organisation, contact: organisation.save(),
    "save by alias": lambda organisation, contact: organisation.save(**BY_NAME),
    "save some": lambda organisation, contact: organisation.save(update_fields=["name"]),
    "save as new": lambda organisation, contact: organisation.save(force_insert=True),
    "save raw": lambda organisation, contact: serializers.base.DeserializedObject(organisation).save(
        **BY_NAME
    ),
    "delete": lambda organisation, contact: organisation.delete(),
    "delete by alias": lambda organisation, contact: organisation.delete(**BY_NAME),
    "refresh": lambda organisation, contact: organisation.refresh_from_db(),
    "refresh by alias": lambda organisation, contact: organisation.refresh_from_db(**BY_NAME),
    "deferred field": lambda organisation, contact: organisation.website,
    "lazy relation": lambda organisation, contact: contact.organisation,
    "next": lambda organisation, contact: contact.get_next_by_created_at(),
    "validate": lambda organisation, contact: organisation.full_clean(),
    "reverse relation": lambda organisation, contact: list(organisation.contacts.all()),
    "reverse by alias": lambda organisation, contact: list(organisation.contacts.using("default")),
    "reverse add": lambda organisation, contact: organisation.contacts.add(contact),
    "reverse create": lambda organisation, contact: organisation.contacts.create(last_name="Waddams"),
    "reverse set": lambda organisation, contact: organisation.contacts.set([contact]),
    "reverse clear": lambda organisation, contact: organisation.contacts.clear(),
    "prefetch": lambda organisation, contact: models.prefetch_related_objects([organisation], "contacts"),
    "filter": lambda organisation, contact: list(Contact.objects.filter(organisation=organisation)),
    "filter in": lambda organisation, contact: list(Contact.objects.filter(organisation__in=[organisation])),
    "exclude": lambda organisation, contact: list(Contact.objects.exclude(organisation=organisation)),
    "filter back": lambda organisation, contact: list(Organisation.objects.filter(contacts=contact)),
    "contains": lambda organisation, contact: Organisation.objects.contains(organisation),
    "update": lambda organisation, contact: Contact.objects.update(organisation=organisation),
    "bulk_update": lambda organisation, contact: Organisation.objects.bulk_update([organisation], ["name"]),
    "bulk_create": lambda organisation, contact: Organisation.objects.bulk_create(
        [organisation], ignore_conflicts=True
    ),
    "get_or_create": lambda organisation, contact: Contact.objects.get_or_create(
        last_name="Waddams", defaults={"organisation": organisation}
    ),
    "update_or_create": lambda organisation, contact: Contact.objects.update_or_create(
        pk=contact.pk, defaults={"organisation": organisation}
    ),
    "save what refers to it": lambda organisation, contact: new_number(contact).save(),
}
# There is no next one, and the key is taken.
WORKS_NOWHERE = ("next", "save as new")


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_an_object_of_acme_does_nothing_at_globex(use, twins, nothing_changes):
    organisation, contact = load(twins.acme)
    refused = pytest.raises(WrongTenantError, match=r"acme_.*globex_")
    with tenant_context(twins.globex), refused, transaction.atomic():
        use(organisation, contact)


@pytest.mark.parametrize(
    "use", [pytest.param(USES[name], id=name) for name in USES if name not in WORKS_NOWHERE]
)
def test_the_same_works_at_acme(use, twins):
    organisation, contact = load(twins.acme)
    with tenant_context(twins.acme):
        use(organisation, contact)


def test_the_error_says_whose_it_is_and_what_to_do(twins):
    with tenant_context(twins.globex), pytest.raises(WrongTenantError) as caught:
        twins.acmes.delete()
    assert (caught.value.owner, caught.value.current) == (twins.acme.schema_name, twins.globex.schema_name)
    assert f"contacts.Organisation with the key {twins.acmes.pk}" in str(caught.value)
    assert "tenant_context" in str(caught.value)


@pytest.mark.parametrize("travel", [lambda it: pickle.loads(pickle.dumps(it)), copy.copy, copy.deepcopy])
def test_a_copy_knows_its_company(travel, twins, nothing_changes):
    copied = travel(twins.acmes)
    with tenant_context(twins.globex), pytest.raises(WrongTenantError):
        copied.save()
    with tenant_context(twins.acme):
        copied.save()


def test_an_object_from_a_cache_knows_its_company(twins, nothing_changes):
    caches["shared"].set("organisation", twins.acmes)
    cached = caches["shared"].get("organisation")
    with tenant_context(twins.globex), pytest.raises(WrongTenantError):
        cached.save()


def test_a_pickle_holds_the_schema_and_nothing_else_of_the_tenant(twins):
    assert b"search_path" not in pickle.dumps(twins.acmes)


def test_a_copy_made_by_taking_the_key_away_is_still_refused(twins, nothing_changes):
    twins.acmes.pk, twins.acmes._state.adding = None, True
    with tenant_context(twins.globex), pytest.raises(WrongTenantError, match="without a key"):
        twins.acmes.save()


def test_a_new_object_belongs_to_the_company_it_was_made_at(twins, nothing_changes):
    with tenant_context(twins.acme):
        made = Organisation(name="Hooli")
    with tenant_context(twins.globex):
        for save in (made.save, lambda: Organisation.objects.bulk_create([made])):
            with pytest.raises(WrongTenantError):
                save()


def test_a_new_object_made_for_nobody_becomes_that_of_who_saves_it(twins):
    saved, bulk_saved = Organisation(name="Hooli"), Organisation(name="Initech")
    with tenant_context(twins.acme):
        saved.save()
        Organisation.objects.bulk_create([bulk_saved])
    with tenant_context(twins.globex):
        for made in (saved, bulk_saved):
            with pytest.raises(WrongTenantError):
                made.save()


def test_a_new_object_made_for_nobody_becomes_that_of_what_it_points_to(twins, nothing_changes):
    contact = Contact(last_name="Waddams", organisation=twins.acmes)
    with tenant_context(twins.globex), pytest.raises(WrongTenantError):
        contact.save()


def test_objects_of_two_companies_cannot_be_related(twins):
    for company, theirs in ((twins.acme, twins.globexs), (twins.globex, twins.acmes)):
        with tenant_context(company):
            with pytest.raises(WrongTenantError):
                Contact(organisation=theirs)
            with pytest.raises(WrongTenantError, match="be related"):
                Contact.objects.get().organisation = theirs


def test_a_relation_between_many_takes_only_its_own(cast, nothing_changes):
    with tenant_context(cast.acme):
        acmes = Group.objects.create(pk=7, name="Sales")
    with tenant_context(cast.globex):
        globexs = Group.objects.create(pk=7, name="Research")
        cast.charlie.groups.set([globexs])
        for change in (cast.charlie.groups.add, cast.charlie.groups.remove):
            with pytest.raises(WrongTenantError):
                change(acmes)
        with pytest.raises(WrongTenantError):
            cast.charlie.groups.set(iter([acmes]))
        with pytest.raises(WrongTenantError):
            acmes.user_set.add(cast.charlie)
        assert list(cast.charlie.groups.all()) == [globexs]
        cast.charlie.groups.remove(globexs)
        assert not cast.charlie.groups.exists()


def test_a_foreign_contact_is_not_taken_away(twins, nothing_changes):
    with tenant_context(twins.globex):
        for change in (twins.globexs.contacts.remove, twins.globexs.contacts.add):
            with pytest.raises(WrongTenantError):
                change(twins.acmes_contact)
        with pytest.raises(WrongTenantError):
            twins.globexs.contacts.set([twins.acmes_contact])


def test_a_foreign_object_among_own_is_not_prefetched(twins):
    with tenant_context(twins.globex), pytest.raises(WrongTenantError):
        models.prefetch_related_objects([twins.globexs, twins.acmes], "contacts")


def test_what_was_loaded_along_knows_its_company(twins, nothing_changes):
    with tenant_context(twins.acme):
        along = Contact.objects.select_related("organisation").get()
        before = Organisation.objects.prefetch_related("contacts").get()
    with tenant_context(twins.globex):
        with pytest.raises(WrongTenantError):
            along.organisation.save()
        with pytest.raises(WrongTenantError):
            list(before.contacts.all())


def test_equal_keys_of_two_companies_are_two_objects(twins):
    assert twins.acmes.pk == twins.globexs.pk
    assert twins.acmes != twins.globexs
    assert twins.acmes == load(twins.acme)[0]
    assert twins.acmes == Organisation(pk=twins.acmes.pk)  # made for nobody


@isolate_apps("apps.contacts")
def test_a_generic_relation_points_into_its_own_company(twins):
    class Label(models.Model):
        content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE)
        object_id = models.BigIntegerField()
        target = GenericForeignKey()

        class Meta:
            app_label = "contacts"

    with tenant_context(twins.acme):
        label = Label(target=twins.acmes)
        label = without_cache(label)
        assert label.target == twins.acmes
        label = without_cache(label)
    with tenant_context(twins.globex):
        with pytest.raises(WrongTenantError):
            label.target  # noqa: B018 - reading it is the test
        with pytest.raises(WrongTenantError, match="be related"):
            Label(target=twins.acmes)


def without_cache(instance):
    instance._state.fields_cache.clear()
    return instance


def test_without_a_company_it_is_the_statement_that_is_refused(twins):
    with no_tenant(), pytest.raises(NoTenantError):
        twins.acmes.save()


def test_rows_of_the_platform_are_everybodys(twins):
    with tenant_context(twins.acme):
        company = Company.objects.get(subdomain="globex")
        assert stamp_of(company) is None
    with tenant_context(twins.globex):
        company.save()
        company.refresh_from_db()
        assert company in Company.objects.filter(pk=company.pk)


def test_a_row_of_a_model_that_both_have_stays_where_it_was_loaded(twins, settings):
    settings.TENANCY_MASTER_APPS = [*settings.TENANCY_MASTER_APPS, "apps.accounts"]
    with tenant_context(twins.acme):
        operator, member = User(), User.objects.first()
    operator._state.db = "master"
    with tenant_context(twins.globex):
        assert TenancyRouter().db_for_write(User, instance=operator) == "master"
        with pytest.raises(WrongTenantError):
            TenancyRouter().db_for_write(User, instance=member)


def test_a_company_being_made_and_the_company_made_are_the_same(real_transactions):
    company = Company(subdomain="hooli", company_name="Hooli", contact_name="G", contact_email="g@x.example")
    with provisioning(company):
        organisation = Organisation.objects.create(name="Nucleus")
        everything = Organisation.objects.all()
    with tenant_context(company):
        organisation.save()
        assert list(everything) == [organisation]
