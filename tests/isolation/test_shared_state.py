"""What Django keeps for the whole process: pages, fragments, sessions, permissions, content types."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connections
from django.http import HttpResponse
from django.template import engines
from django.urls import path
from django.views.decorators.cache import cache_page

from apps.accounts.models import User
from apps.companies.models import Company
from apps.contacts.models import Contact
from lib.tenancy import current_tenant, tenant_context
from lib.tenancy.provisioning import provisioning
from lib.tenancy.testing import HostClient

SESSIONS = "django.contrib.sessions.backends"


@cache_page(60)
def cached(request):
    return HttpResponse(f"{current_tenant()} {request.GET.get('n')}")


@cache_page(60)
def counted(request):
    counted.times += 1
    return HttpResponse(f"{current_tenant()} {counted.times}")


def permitted(request):
    return HttpResponse(str(request.user.has_perm("contacts.delete_contact")))


urlpatterns = [path("cached/", cached), path("counted/", counted), path("permitted/", permitted)]


@pytest.fixture
def own_urls(settings):
    settings.TENANCY_TENANT_URLCONF = __name__


def test_a_cached_page_is_its_own_companys(cast, settings):
    # Even where the address is the same for both, as behind a proxy that rewrites it.
    settings.MIDDLEWARE = ["lib.tenancy.middleware.TenantMiddleware", f"{__name__}.SameAddress"]
    settings.TENANCY_TENANT_URLCONF = __name__
    counted.times = 0
    answers = [HostClient(name).get("/counted/").content.decode() for name in ("acme", "globex", "acme")]
    assert answers == ["acme 1", "globex 2", "acme 1"]


class SameAddress:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.META["HTTP_HOST"] = request.META["SERVER_NAME"] = "behind.localhost"
        return self.get_response(request)


def test_a_cached_fragment_is_its_own_companys(cast):
    template = engines["django"].from_string("{% load cache %}{% cache 60 menu %}{{ name }}{% endcache %}")
    for company, name, shown in (
        (cast.acme, "first", "first"),
        (cast.globex, "second", "second"),
        (cast.acme, "third", "first"),
    ):
        with tenant_context(company):
            assert template.render({"name": name}) == shown


@pytest.mark.parametrize("engine", ["db", "cache", "cached_db", "signed_cookies"])
def test_a_session_is_its_own_companys_in_every_engine(cast, at, settings, engine):
    settings.SESSION_ENGINE = f"{SESSIONS}.{engine}"
    with tenant_context(cast.globex):
        # The same member in all that a session looks at.
        User.objects.filter(pk=cast.alice.pk).delete()
        User.objects.create(pk=cast.alice.pk, email=cast.alice.email, password=cast.alice.password)
    alice = at(cast.acme, as_=cast.alice)
    assert alice.get("/").status_code == 200
    thief = at(cast.globex)
    thief.cookies = alice.cookies
    response = thief.get("/")
    assert response.status_code == 302
    with tenant_context(cast.globex):
        assert response.wsgi_request.user.is_anonymous


def test_a_permission_is_its_own_companys(cast, at, own_urls):
    with tenant_context(cast.globex):
        User.objects.filter(pk=cast.bob.pk).delete()
        twin = User.objects.create(pk=cast.bob.pk, email="twin@globex.example")
    with tenant_context(cast.acme):
        cast.bob.user_permissions.add(Permission.objects.get(codename="delete_contact"))
    of_acme, of_globex = at(cast.acme, as_=cast.bob), at(cast.globex, as_=twin)
    answers = [client.get("/permitted/").content for client in (of_acme, of_globex, of_acme)]
    assert answers == [b"True", b"False", b"True"]


@pytest.fixture
def numbered(real_transactions):
    """Two companies in which the content type of contacts has a number of its own."""
    made = {}
    for number in (70_001, 70_002):
        company = Company(
            subdomain=f"types-{number}", company_name="T", contact_name="T", contact_email="t@x.example"
        )
        with provisioning(company):
            ContentType.objects.get_for_model(Contact).delete()
            ContentType.objects.clear_cache()
            ContentType.objects.create(pk=number, app_label="contacts", model="contact")
        made[number] = company
    return made


def test_threads_of_two_companies_find_their_own_content_types(numbered):
    both_are_here = threading.Barrier(2)

    def ask(number):
        seen = set()
        try:
            for turn in range(50):
                both_are_here.wait(20)
                with tenant_context(numbered[number]):
                    seen.add(ContentType.objects.get_for_model(Contact).pk)
                    seen.add(ContentType.objects.get_by_natural_key("contacts", "contact").pk)
                    seen.add(ContentType.objects.get_for_id(number).pk)
                    if turn % 10 == 0:
                        ContentType.objects.clear_cache()
        finally:
            connections.close_all()
        return seen

    with ThreadPoolExecutor(2) as executor:
        assert list(executor.map(ask, numbered)) == [{70_001}, {70_002}]
    for number, other in ((70_001, 70_002), (70_002, 70_001)):
        with tenant_context(numbered[number]), pytest.raises(ContentType.DoesNotExist):
            ContentType.objects.get_for_id(other)
