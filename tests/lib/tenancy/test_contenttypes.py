import pytest
from django.contrib.contenttypes.models import ContentType, ContentTypeManager

from apps.contacts.models import Contact
from lib.tenancy import no_tenant, tenant_context
from lib.tenancy.exceptions import NoTenantError


def test_each_tenant_gets_the_number_of_its_own_row(cast):
    for company, number in ((cast.acme, 9001), (cast.globex, 9002)):
        with tenant_context(company):
            ContentType.objects.create(pk=number, app_label="old", model="plan")
    for company, number in ((cast.acme, 9001), (cast.globex, 9002), (cast.acme, 9001)):
        with tenant_context(company):
            assert ContentType.objects.get_by_natural_key("old", "plan").pk == number
    ContentType.objects.clear_cache()


def test_what_is_remembered_is_given_to_no_one_without_a_tenant(cast):
    with tenant_context(cast.acme):
        ContentType.objects.get_for_model(Contact)
    with no_tenant(), pytest.raises(NoTenantError):
        ContentType.objects.get_for_model(Contact)


def test_a_manager_of_a_migration_keeps_them_apart_too(cast):
    manager = ContentTypeManager()
    assert type(manager._cache) is type(ContentType.objects._cache)
    assert manager._cache is not ContentType.objects._cache
