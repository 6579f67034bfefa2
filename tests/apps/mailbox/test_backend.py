from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.mail import EmailMessage, send_mail

from apps.mailbox.messages import NAME, list_messages

BACKEND = "apps.mailbox.backend.EmailBackend"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MAILBOX_DIR = tmp_path / "mail"
    settings.EMAIL_BACKEND = BACKEND
    return settings.MAILBOX_DIR


def test_it_writes_one_file_per_message(folder):
    assert send_mail("Welcome", "Hello Alice", "hello@terrace.test", ["alice@acme.test"]) == 1
    (path,) = folder.iterdir()
    assert NAME.fullmatch(path.name)
    assert b"Subject: Welcome" in path.read_bytes()


def test_the_newest_message_comes_first():
    for number in range(3):
        send_mail(f"Mail {number}", "", "hello@terrace.test", ["alice@acme.test"])
    assert [message.subject for message in list_messages()] == ["Mail 2", "Mail 1", "Mail 0"]


def test_many_writers_at_once_lose_nothing(folder):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: send_mail(f"Mail {n}", "x", "a@terrace.test", ["b@acme.test"]), range(40)))
    assert {message.subject for message in list_messages()} == {f"Mail {n}" for n in range(40)}
    assert all(NAME.fullmatch(path.name) for path in folder.iterdir())


def test_a_message_that_cannot_be_written_leaves_no_file(folder):
    with pytest.raises(ValueError, match="newlines"):
        EmailMessage("Two\nlines", "x", "a@terrace.test", ["b@acme.test"]).send()
    assert list(folder.iterdir()) == []
