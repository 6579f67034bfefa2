import pytest
from django.core.mail import EmailMultiAlternatives, send_mail
from django.test import Client
from django.urls import include, path

urlpatterns = [path("dev/mail/", include("apps.mailbox.urls"))]


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MAILBOX_DIR = tmp_path / "mail"
    settings.EMAIL_BACKEND = "apps.mailbox.backend.EmailBackend"
    settings.DEBUG = True
    # The pages alone: no tenant, no session, no database.
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = [
        "lib.security.middleware.ContentSecurityPolicyMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ]
    return settings.MAILBOX_DIR


@pytest.fixture
def client():
    return Client(headers={"host": "acme.localhost"})


def store(folder, content, name="20260101T120000000000-0123abcd.eml"):
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(content)
    return f"/dev/mail/{name}/"


def test_an_empty_mailbox_says_what_will_appear(client):
    assert "No mail yet" in client.get("/dev/mail/").content.decode()


def test_the_list_shows_subject_and_recipient_and_links_to_the_message(client, folder):
    send_mail("Welcome", "Hello", "hello@terrace.test", ["alice@acme.test"])
    (file,) = folder.iterdir()
    page = client.get("/dev/mail/").content.decode()
    assert f'href="/dev/mail/{file.name}/"' in page
    assert "Welcome" in page
    assert "alice@acme.test" in page


def test_links_in_the_text_can_be_followed(client, folder):
    link = "http://acme.localhost:8000/welcome/MTIz:1abc:d-e_f/"
    send_mail("Welcome", f"Open <{link}> now.", "hello@terrace.test", ["alice@acme.test"])
    (file,) = folder.iterdir()
    page = client.get(f"/dev/mail/{file.name}/").content.decode()
    assert f'href="{link}"' in page


def test_hostile_text_is_shown_not_run(client, folder):
    script = "<script>alert(1)</script>"
    url = store(folder, f"Subject: {script}\nTo: {script}\n\n{script} javascript:alert(1)".encode())
    for page in (client.get("/dev/mail/").content.decode(), client.get(url).content.decode()):
        assert script not in page
        assert "&lt;script&gt;alert(1)" in page
        assert 'href="javascript' not in page


def test_the_html_part_is_framed_without_any_rights(client, folder):
    message = EmailMultiAlternatives("News", "text", "hello@terrace.test", ["alice@acme.test"])
    message.attach_alternative("<script>alert(1)</script><p>Hello", "text/html")
    message.send()
    (file,) = folder.iterdir()
    page = client.get(f"/dev/mail/{file.name}/").content.decode()
    assert f'sandbox title="The mail as HTML" src="/dev/mail/{file.name}/html/"' in page
    assert "<script>alert" not in page
    frame = client.get(f"/dev/mail/{file.name}/html/")
    policy = frame.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "script-src" not in policy
    assert frame.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_attachments_are_listed(client, folder):
    message = EmailMultiAlternatives("Export", "text", "hello@terrace.test", ["alice@acme.test"])
    message.attach("contacts.csv", "name\n" * 10, "text/csv")
    message.send()
    (file,) = folder.iterdir()
    page = client.get(f"/dev/mail/{file.name}/").content.decode()
    assert "contacts.csv" in page
    assert "text/csv, 50\xa0bytes" in page


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00\x00",
        b"Subject: =?bogus?b?aGk=?=\n\nhi",
        b"Subject: =?utf-8?b?!!!?=\nContent-Type: text/plain; charset=bogus\n\n\xff",
        b"Subject: \xff\xfe\nContent-Type: multipart/mixed\n\nno boundary",
        b"Content-Type: text/plain; charset=utf-7\nContent-Transfer-Encoding: base64\n\n!!!",
        b"Content-Type: text/plain\nContent-Disposition: attachment; filename*=bogus''%ff\n\nx",
    ],
)
def test_broken_messages_are_shown_as_far_as_they_go(client, folder, content):
    url = store(folder, content)
    assert client.get("/dev/mail/").status_code == 200
    assert client.get(url).status_code == 200
    assert client.get(f"{url}html/").status_code == 200


@pytest.mark.parametrize(
    "name",
    ["..", "..%2f..%2f.env", "%2e%2e%2fsecret.eml", "x.eml", "20260101T120000000000-0123abcd.eml%00", ".eml"],
)
def test_no_name_leads_out_of_the_folder(client, folder, name):
    store(folder, b"Subject: x\n\nx")
    (folder.parent / "secret.eml").write_text("Subject: secret\n\nsecret")
    assert client.get(f"/dev/mail/{name}/").status_code == 404


def test_foreign_files_in_the_folder_are_not_listed(client, folder):
    store(folder, b"Subject: Foreign\n\nx", name="foreign.eml")
    assert "Foreign" not in client.get("/dev/mail/").content.decode()


@pytest.mark.parametrize(
    "page", ["", "20260101T120000000000-0123abcd.eml/", "20260101T120000000000-0123abcd.eml/html/"]
)
def test_without_debug_there_is_no_mailbox(client, folder, settings, page):
    store(folder, b"Subject: x\n\nx")
    assert client.get(f"/dev/mail/{page}").status_code == 200
    settings.DEBUG = False
    assert client.get(f"/dev/mail/{page}").status_code == 404


def test_nothing_can_be_sent_to_it(client):
    assert client.post("/dev/mail/").status_code == 405


def test_every_page_says_that_it_is_the_development_mailbox(client, folder):
    for url in ("/dev/mail/", store(folder, b"Subject: Welcome\n\nHello")):
        assert 'class="badge" href="/dev/mail/"' in client.get(url).content.decode()
