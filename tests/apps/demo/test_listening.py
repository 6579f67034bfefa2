"""The development server's socket."""

import os
import socket

import pytest
from django.core.management import CommandError

from apps.demo import listening
from apps.demo.listening import InheritingServer, ensure_listening


@pytest.fixture(autouse=True)
def nothing_inherited(monkeypatch):
    monkeypatch.setenv(listening._VARIABLE, "")
    yield
    if descriptor := os.environ[listening._VARIABLE]:
        os.close(int(descriptor))


@pytest.fixture
def taken():
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        yield stranger.getsockname()[1]


@pytest.fixture
def free():
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        return stranger.getsockname()[1]


def test_it_takes_the_first_free_port(taken, free):
    assert ensure_listening([taken, free]) == free
    with pytest.raises(CommandError):
        listening._listen([free])


def test_the_processes_that_follow_keep_the_port(taken, free):
    assert ensure_listening([free]) == free
    assert ensure_listening([taken]) == free


def test_when_every_port_is_taken_it_says_what_to_do(taken):
    with pytest.raises(CommandError, match=f"Port {taken} is taken. Name a free one with --port"):
        ensure_listening([taken])
    with pytest.raises(CommandError, match=f"Every port from {taken} to {taken} is taken"):
        ensure_listening([taken, taken])


def test_who_asks_between_two_servers_is_answered_by_the_second(free):
    ensure_listening([free])
    InheritingServer(("127.0.0.1", free), None).server_close()
    with socket.create_connection(("127.0.0.1", free)):
        second = InheritingServer(("127.0.0.1", free), None)
        connection, _ = second.get_request()
        connection.close()
        second.server_close()


def test_a_server_started_by_itself_opens_its_own(free):
    server = InheritingServer(("127.0.0.1", free), None)
    assert server.server_port == free
    server.server_close()
