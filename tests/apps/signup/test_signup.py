"""From the form at www to the dashboard of a company that was not there before."""

import secrets
from urllib.parse import urlsplit

import pytest
from django.contrib.auth import hashers
from django.core import mail
from django.db import connections
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import Handover, User
from apps.companies.directory import companies_of
from apps.companies.models import Company
from apps.contacts.models import Contact
from apps.events.models import Event
from lib.tenancy import tenant_context
from lib.tenancy.models import TenantTemplate
from lib.tenancy.states import State
from lib.tenancy.testing import HostClient
from tests.apps.signup.conftest import DETAILS, stores_like


class CountingHasher(hashers.MD5PasswordHasher):
    """Counts what it hashes: with the hasher of production each of them is a quarter of a second."""

    hashed = 0

    def encode(self, password: str, salt: str) -> str:
        type(self).hashed += 1
        return super().encode(password, salt)


@pytest.mark.usefixtures("real_transactions")
class TestFounding:
    def test_the_owner_lands_signed_in_at_the_company_and_reads_how_long_it_took(self, sign_up):
        address = urlsplit(sign_up().url)
        assert address.netloc == "initech.localhost:8000"
        peter = HostClient("initech")
        arrival = peter.get(address.path)
        assert (arrival.status_code, arrival.url) == (302, "/")
        dashboard = peter.get("/")
        assert dashboard.context["user"].email == "peter@initech.example"
        page = dashboard.content.decode()
        assert "Welcome, Peter Gibbons" in page
        assert f"{Company.find_by_subdomain('initech').provisioned_ms} ms" in page
        assert "initech.localhost" in page

    def test_company_owner_and_directory_say_what_was_typed(self, sign_up):
        sign_up(company_name="Initech & Söhne", email="Peter@Initech.example", contact_name="Péter")
        company = Company.find_by_subdomain("initech")
        assert (company.company_name, company.contact_name) == ("Initech & Söhne", "Péter")
        assert (company.contact_email, company.state) == ("Peter@Initech.example", State.ACTIVE)
        with tenant_context(company):
            owner = User.objects.get()
            assert (owner.email, owner.full_name, owner.is_owner) == ("peter@initech.example", "Péter", True)
            assert owner.check_password(DETAILS["password"])
        # Until the address is proved, the finder tells nobody of a company that a stranger may have named.
        assert list(companies_of("peter@INITECH.example")) == []

    def test_the_first_event_is_the_founding_and_the_second_the_arrival(self, sign_up):
        arrival = urlsplit(sign_up(company_name="Initech & Söhne").url)
        HostClient("initech").get(arrival.path)
        with tenant_context(Company.find_by_subdomain("initech")):
            founded, arrived = Event.objects.order_by("pk")
        assert (founded.verb, founded.subject_text) == ("workspace.founded", "Initech & Söhne")
        assert (arrived.verb, arrived.actor_email) == ("member.signed_in", "peter@initech.example")
        assert founded.actor_id == arrived.actor_id
        assert founded.ip == arrived.ip == "127.0.0.1"
        assert founded.request_id != arrived.request_id

    def test_nobody_is_superuser_and_no_token_is_stored_in_clear(self, sign_up):
        token = urlsplit(sign_up().url).path.split("/")[2]
        with tenant_context(Company.find_by_subdomain("initech")):
            assert not User.objects.get().is_superuser
            handover = Handover.objects.get()
            assert token not in (handover.token_digest, str(handover.pk))

    def test_the_new_company_is_empty_and_works(self, sign_up):
        peter = HostClient("initech")
        peter.get(urlsplit(sign_up().url).path)
        peter.post("/contacts/new/", {"last_name": "Lumbergh"})
        with tenant_context(Company.find_by_subdomain("initech")):
            assert Contact.objects.count() <= 1
            assert User.objects.count() == 1

    def test_upper_case_and_blanks_around_the_address_are_folded(self, sign_up):
        assert urlsplit(sign_up(subdomain="  InItEcH ").url).netloc == "initech.localhost:8000"

    def test_the_password_may_begin_and_end_with_blanks(self, sign_up):
        sign_up(password="  correct horse battery staple ")
        with tenant_context(Company.find_by_subdomain("initech")):
            assert User.objects.get().check_password("  correct horse battery staple ")

    def test_the_code_for_the_address_is_mailed_on_arrival(self, sign_up):
        path = urlsplit(sign_up().url).path
        mail.outbox.clear()
        HostClient("initech").get(path)
        (message,) = mail.outbox
        assert message.to == ["peter@initech.example"]
        assert message.subject.startswith("[initech] ")

    def test_a_mail_server_that_is_away_costs_the_mail_and_not_the_page(self, sign_up, settings):
        path = urlsplit(sign_up().url).path
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
        peter = HostClient("initech")
        assert peter.get(path).status_code == 302
        dashboard = peter.get("/")
        assert dashboard.status_code == 200
        assert "could not send" in dashboard.content.decode()

    def test_the_password_is_hashed_once(self, sign_up, settings):
        settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
        CountingHasher.hashed = 0
        assert sign_up().status_code == 302
        assert CountingHasher.hashed == 1

    def test_it_takes_few_statements_whatever_the_number_of_tables(self, sign_up, isolation):
        HostClient().get("/signup/")  # what a process reads once is read
        with (
            CaptureQueriesContext(connections["default"]) as of_company,
            CaptureQueriesContext(connections["master"]) as of_platform,
        ):
            assert sign_up().status_code == 302
        assert len(of_company) <= 16, [query["sql"][:100] for query in of_company]
        # A database is made in recorded steps, each of which is committed.
        most = 20 if isolation == "database" else 13
        assert len(of_platform) <= most, [query["sql"][:100] for query in of_platform]

    def test_a_failed_attempt_does_not_keep_its_address(self, sign_up):
        Company(**{key: DETAILS[key] for key in ("company_name", "subdomain", "contact_name")}).save(
            using="master"
        )
        Company.objects.using("master").filter(subdomain="initech").update(state=State.FAILED)
        assert sign_up().status_code == 302
        assert Company.find_by_subdomain("initech").state == State.ACTIVE


@pytest.mark.usefixtures("real_transactions")
class TestWhatCanGoWrong:
    def test_a_missing_template_is_said_with_the_command_that_makes_it(self, sign_up):
        template = TenantTemplate.objects.using("master").get()
        TenantTemplate.objects.using("master").all().delete()
        try:
            response = sign_up()
        finally:
            template.save(using="master", force_insert=True)
        assert response.status_code == 422
        assert "python manage.py prepare" in response.content.decode()
        assert Company.find_by_subdomain("initech") is None

    @pytest.mark.parametrize(
        "sql",
        [
            "SELECT 1/0",
            "this is no SQL",
            "SELECT * FROM there_is_no_such_table",
            # The disk is full, the locks are used up, a deadlock: Django calls these operational errors, as
            # it calls a server that is away. But this one is there.
            "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '53100'; END $$",
            "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '53200'; END $$",
            "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40P01'; END $$",
        ],
    )
    def test_the_form_comes_back_when_the_company_cannot_be_made(self, sign_up, broken_template, sql):
        broken_template(sql)
        # Databases belong to the whole server, where other processes test, too.
        wanted = f"initech{secrets.token_hex(4)}"
        response = sign_up(subdomain=wanted)
        assert response.status_code == 422
        page = response.content.decode()
        assert "try again" in page
        assert "Peter Gibbons" in page
        assert "ERRCODE" not in page
        assert "there_is_no_such_table" not in page
        assert stores_like(wanted) == []
        company = Company.find_by_subdomain(wanted)
        assert company is None or company.state == State.FAILED

    def test_after_a_failure_the_same_address_can_be_had(self, sign_up, broken_template):
        sound = TenantTemplate.objects.using("master").get().sql
        broken_template("SELECT 1/0")
        assert sign_up().status_code == 422
        broken_template(sound)
        assert sign_up().status_code == 302
