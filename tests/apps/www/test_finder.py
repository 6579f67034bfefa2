import pytest
from django.core import mail
from django.db import connections

from apps.companies.directory import add_member
from apps.companies.models import Company
from lib.tenancy.states import State
from lib.tenancy.testing import HostClient

pytestmark = pytest.mark.usefixtures("cast")


def ask(email, client=None):
    return (client or HostClient()).post("/find/", {"email": email})


def test_a_member_is_mailed_where_their_workspaces_are(cast):
    add_member(Company.find_by_subdomain("globex"), "alice@acme.example")
    assert ask("alice@acme.example").url == "/find/sent/"
    (message,) = mail.outbox
    assert message.to == ["alice@acme.example"]
    assert "Acme\n  http://acme.localhost:8000/" in message.body
    assert "Globex\n  http://globex.localhost:8000/" in message.body


def test_a_stranger_is_mailed_that_there_are_none():
    assert ask("zelda@nowhere.example").url == "/find/sent/"
    (message,) = mail.outbox
    assert message.to == ["zelda@nowhere.example"]
    assert "There are none" in message.body
    assert "http://www.localhost:8000/signup/" in message.body


def test_both_see_the_same_and_cost_the_same():
    answers = []
    for email in ("alice@acme.example", "zelda@nowhere.example"):
        with CaptureQueries() as queries:
            response = ask(email)
        page = HostClient().get(response.url).content
        answers.append((response.status_code, response.headers.items(), page, len(queries)))
    assert answers[0] == answers[1]
    assert [len(message.to) for message in mail.outbox] == [1, 1]
    assert mail.outbox[0].subject == mail.outbox[1].subject


@pytest.mark.parametrize("email", ["Alice@ACME.example", " alice@acme.example "])
def test_an_address_is_known_in_any_letter_case(email):
    ask(email)
    assert "http://acme.localhost:8000/" in mail.outbox[0].body


@pytest.mark.parametrize("state", [State.SUSPENDED, State.PROVISIONING, State.FAILED])
def test_a_company_that_is_not_open_is_not_named(state):
    Company.objects.using("master").filter(subdomain="acme").update(state=state)
    ask("alice@acme.example")
    assert "acme.localhost" not in mail.outbox[0].body


@pytest.mark.parametrize(
    "email",
    ["", "nonsense", "a@b", "a@b.example\nBcc: x@y.example", "a" * 300 + "@b.example", "a\0@b.example"],
)
def test_what_is_no_address_is_refused_at_the_field(email):
    response = ask(email)
    assert response.status_code == 422
    assert response.context["form"].errors["email"]
    assert mail.outbox == []


def test_the_directory_knows_digests_and_no_addresses():
    with connections["master"].cursor() as cursor:
        cursor.execute("SELECT email_digest FROM companies_directoryentry")
        digests = [digest for (digest,) in cursor.fetchall()]
    assert len(digests) == 3
    assert all(len(digest) == 64 and "@" not in digest for digest in digests)


def test_one_address_gets_three_mails_an_hour_and_the_page_does_not_tell():
    answers = [ask("alice@acme.example", HostClient(REMOTE_ADDR=f"192.0.2.{n}")) for n in range(5)]
    assert {(answer.status_code, answer.url) for answer in answers} == {(302, "/find/sent/")}
    assert len(mail.outbox) == 3


def test_letter_case_and_blanks_do_not_make_it_another_address():
    for number, email in enumerate(["alice@acme.example", "ALICE@acme.example", " Alice@Acme.example"] * 2):
        ask(email, HostClient(REMOTE_ADDR=f"192.0.2.{number}"))
    assert len(mail.outbox) == 3


def test_one_place_asks_ten_times_an_hour():
    answers = [ask(f"p{number}@nowhere.example") for number in range(11)]
    assert {answer.status_code for answer in answers[:10]} == {302}
    assert answers[10].status_code == 429
    assert 0 < int(answers[10].headers["Retry-After"]) <= 3600
    assert len(mail.outbox) == 10


def test_a_mail_server_that_is_away_is_no_crash_and_tells_nothing(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assert ask("alice@acme.example").url == ask("zelda@nowhere.example").url == "/find/sent/"


def test_a_forged_request_is_refused():
    assert ask("alice@acme.example", HostClient(enforce_csrf_checks=True)).status_code == 403


def test_it_exists_at_www_alone(cast, at):
    assert at(cast.acme).get("/find/").status_code == 404


class CaptureQueries:
    """Counts the statements of both aliases."""

    def __enter__(self):
        self.queries = []
        self.wrappers = [connections[alias].execute_wrapper(self.note) for alias in ("default", "master")]
        for wrapper in self.wrappers:
            wrapper.__enter__()
        return self.queries

    def __exit__(self, *exception):
        for wrapper in self.wrappers:
            wrapper.__exit__(*exception)

    def note(self, execute, sql, params, many, context):
        self.queries.append(sql)
        return execute(sql, params, many, context)
