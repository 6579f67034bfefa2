"""Limits are counted by the client's address, so it is never wrong without a word."""

import logging
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse
from django.test import RequestFactory

from lib.security import client_address
from lib.security.client_address import ClientAddressMiddleware
from tests.databases import database_url

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def pass_through(settings):
    """`pass_through(peer, proxies=1)`: what the middleware does to a request of that peer."""

    def act(peer, *, proxies=0, **headers):
        settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
        request = RequestFactory().get("/", REMOTE_ADDR=peer, headers=headers)
        return ClientAddressMiddleware(lambda request: HttpResponse("hello"))(request).content

    return act


@pytest.mark.parametrize("peer", ["127.0.0.1", "192.0.2.1", "2001:db8::1"])
def test_a_client_that_has_an_address_passes(pass_through, peer):
    assert pass_through(peer) == b"hello"


@pytest.mark.parametrize("peer", ["", "/run/terrace.sock", "unix:"])
def test_without_one_it_says_which_setting_is_missing(pass_through, peer):
    with pytest.raises(ImproperlyConfigured, match="TRUSTED_PROXY_COUNT"):
        pass_through(peer)
    assert pass_through(peer, proxies=1, x_forwarded_for="192.0.2.1") == b"hello"


def test_a_proxy_that_is_not_declared_is_told_of_once(pass_through, caplog, monkeypatch):
    monkeypatch.setattr(client_address, "_has_warned", client_address.Event())
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            pass_through("127.0.0.1", x_forwarded_for="192.0.2.1")
    assert caplog.text.count("set TRUSTED_PROXY_COUNT") == 1


def answer_over(path, request):
    """Send a request to a Unix socket as soon as somebody listens there, and return the answer."""
    deadline = time.monotonic() + 30
    while True:
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.connect(str(path))
                connection.sendall(request)
                return b"".join(iter(lambda: connection.recv(65536), b"")).decode()
        except (FileNotFoundError, ConnectionRefusedError):
            assert time.monotonic() < deadline, "gunicorn does not start"
            time.sleep(0.05)


REQUEST = (
    b"GET / HTTP/1.1\r\nHost: nobody.localhost\r\nX-Forwarded-For: 192.0.2.1\r\nConnection: close\r\n\r\n"
)


@pytest.mark.parametrize(("proxies", "status"), [("0", "500"), ("1", "404")])
def test_gunicorn_on_a_unix_socket_needs_it(django_db_setup, tmp_path, proxies, status):
    path, log = tmp_path / "s", tmp_path / "log"
    # DEBUG, so that the pages need no collected static files.
    environment = {**os.environ, "TRUSTED_PROXY_COUNT": proxies, "DEBUG": "true", "PYTHONWARNINGS": "default"}
    environment |= {"BASE_URL": "http://localhost:8000", "DATABASE_URL": database_url()}
    command = [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"unix:{path}"]
    with log.open("wb") as output:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
    try:
        assert answer_over(path, REQUEST).startswith(f"HTTP/1.1 {status} ")
    finally:
        server.terminate()
        server.wait(30)
    assert ("Set TRUSTED_PROXY_COUNT" in log.read_text()) is (status == "500")
