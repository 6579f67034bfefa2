"""Doorbells: heard by who should hear them, rung by who may, and never in anybody's way."""

import os
import time
from contextlib import closing

import pytest
import zmq
from django.db import connections

from lib.commands.bells import make_bell, make_listener
from lib.commands.bells.zeromq import ZmqBell, ZmqListener
from lib.commands.checks import check_curve, check_doorbell
from lib.commands.exceptions import DoorbellError
from lib.postgres.ports import choose_port

RINGS = 20


@pytest.fixture
def interrupt():
    """A descriptor that nobody writes to."""
    reading, writing = os.pipe()
    yield reading
    os.close(reading)
    os.close(writing)


@pytest.fixture
def address(tmp_path):
    return f"ipc://@test-{os.getpid()}-{time.monotonic_ns()}"


def heard_by(listener, interrupt, *, seconds=2.0, enough=1):
    """Return how often it rings until that is enough, or the time is over."""
    deadline, heard = time.monotonic() + seconds, 0
    while heard < enough and (left := deadline - time.monotonic()) > 0:
        heard += listener.wait(left, interrupt)
    return heard


def test_it_is_heard(address, interrupt):
    listener, bell = ZmqListener(address), ZmqBell([address])
    listener.wait(0, interrupt)
    for _ in range(RINGS):
        bell.ring()
    assert heard_by(listener, interrupt, enough=RINGS) == RINGS
    bell.close()
    listener.close()


def test_every_supervisor_hears_it(address, interrupt):
    one, another = ZmqListener(address), ZmqListener(f"{address}-2")
    for listener in (one, another):
        listener.wait(0, interrupt)
    bell = ZmqBell([address, f"{address}-2"])
    bell.ring()
    assert [heard_by(listener, interrupt) for listener in (one, another)] == [1, 1]
    for end in (bell, one, another):
        end.close()


def test_with_nobody_there_it_takes_no_time(address):
    bell = ZmqBell([address])
    started_at = time.perf_counter()
    for _ in range(1000):
        bell.ring()
    assert time.perf_counter() - started_at < 1
    bell.close()


def test_a_supervisor_that_comes_later_is_found(address, interrupt):
    bell = ZmqBell([address])
    bell.ring()
    listener = ZmqListener(address)
    assert heard_by(listener, interrupt) == 1
    bell.close()
    listener.close()


def test_an_address_that_is_taken_is_tried_again(address, interrupt):
    first, second = ZmqListener(address), ZmqListener(address)
    first.wait(0, interrupt)
    second.wait(0, interrupt)  # as while the one before it stops
    first.close()
    bell = ZmqBell([address])
    bell.ring()
    deadline = time.monotonic() + 5
    while not second.wait(0.05, interrupt):
        assert time.monotonic() < deadline
    bell.close()
    second.close()


# Python 3.12 warns of forks beside threads; ZeroMQ has some.
@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_a_child_that_was_forked_opens_a_bell_of_its_own(address, interrupt, settings):
    from lib.commands import ringing

    settings.COMMANDS_DOORBELL = "zmq"
    settings.COMMANDS_BELL_ADDRESSES = [address]
    ringing.forget_bell()
    listener = ZmqListener(address)
    listener.wait(0, interrupt)
    ringing.ring()
    assert heard_by(listener, interrupt) == 1
    child = os.fork()
    if not child:
        ringing.ring()
        time.sleep(0.5)  # what is not sent yet ends with the process
        os._exit(0)
    os.waitpid(child, 0)
    assert heard_by(listener, interrupt) == 1
    ringing.forget_bell()
    listener.close()


def test_a_signal_ends_the_waiting(address):
    reading, writing = os.pipe()
    listener = ZmqListener(address)
    os.write(writing, b"x")
    started_at = time.perf_counter()
    assert listener.wait(30, reading) == 0
    assert time.perf_counter() - started_at < 5
    listener.close()
    os.close(reading)
    os.close(writing)


class TestNotify:
    def test_it_is_heard_and_survives_a_lost_connection(self, real_transactions, settings, interrupt):
        settings.COMMANDS_DOORBELL = "notify"
        with closing(make_listener()) as listener:
            listener.wait(0, interrupt)
            make_bell().ring()
            assert heard_by(listener, interrupt) == 1
            with connections["master"].cursor() as cursor:
                cursor.execute(
                    "SET LOCAL ROLE NONE; SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE query LIKE 'LISTEN%' AND datname = current_database()"
                )
            deadline = time.monotonic() + 5
            while not listener.wait(0.05, interrupt):  # it notices, and listens anew
                assert time.monotonic() < deadline
                make_bell().ring()


class TestCurve:
    @pytest.fixture
    def keys(self, settings):
        server_public, server_secret = (key.decode() for key in zmq.curve_keypair())
        client_public, client_secret = (key.decode() for key in zmq.curve_keypair())
        settings.COMMANDS_CURVE_SERVER_SECRET_KEY = server_secret
        settings.COMMANDS_CURVE_SERVER_PUBLIC_KEY = server_public
        settings.COMMANDS_CURVE_CLIENT_SECRET_KEY = client_secret
        settings.COMMANDS_CURVE_CLIENTS = [client_public]
        return settings

    @pytest.fixture
    def tcp(self, tmp_path):
        return f"tcp://127.0.0.1:{choose_port(tmp_path / 'port')}"

    @pytest.fixture
    def listener(self, keys, tcp, interrupt):
        listener = ZmqListener(tcp)
        listener.wait(0, interrupt)
        yield listener
        listener.close()

    def heard_from(self, bell, listener, interrupt, seconds):
        for _ in range(RINGS):
            bell.ring()
        heard = heard_by(listener, interrupt, seconds=seconds, enough=RINGS)
        bell.close()
        return heard

    def test_a_known_key_is_heard(self, listener, tcp, interrupt):
        assert self.heard_from(ZmqBell([tcp]), listener, interrupt, 5) == RINGS

    def test_an_unknown_key_is_not(self, keys, listener, tcp, interrupt):
        keys.COMMANDS_CURVE_CLIENT_SECRET_KEY = zmq.curve_keypair()[1].decode()
        assert self.heard_from(ZmqBell([tcp]), listener, interrupt, 0.5) == 0

    def test_a_wrong_key_of_the_server_is_not(self, keys, listener, tcp, interrupt):
        keys.COMMANDS_CURVE_SERVER_PUBLIC_KEY = zmq.curve_keypair()[0].decode()
        assert self.heard_from(ZmqBell([tcp]), listener, interrupt, 0.5) == 0

    def test_a_plain_connection_is_not(self, listener, tcp, interrupt):
        context = zmq.Context()
        socket = context.socket(zmq.PUSH)
        socket.linger = 0
        socket.connect(tcp)
        for _ in range(RINGS):
            socket.send(b"", zmq.DONTWAIT)
        assert heard_by(listener, interrupt, seconds=0.5) == 0
        context.destroy(linger=0)

    def test_after_strangers_a_known_key_is_still_heard(self, listener, tcp, interrupt):
        import socket

        host, port = tcp.removeprefix("tcp://").split(":")
        for _ in range(20):
            with socket.create_connection((host, int(port))) as stranger:
                stranger.sendall(os.urandom(200))
        assert self.heard_from(ZmqBell([tcp]), listener, interrupt, 5) == RINGS

    def test_plain_tcp_is_refused(self, settings, tcp):
        settings.COMMANDS_DOORBELL = "zmq"
        settings.COMMANDS_BELL_ADDRESSES, settings.COMMANDS_BELL_BIND = [tcp], tcp
        assert [error.id for error in check_curve(None)] == ["commands.E003", "commands.E003"]
        for make in (make_bell, make_listener):
            with pytest.raises(DoorbellError, match="command_keys"):
                make()

    def test_with_keys_it_is_accepted(self, keys, tcp):
        keys.COMMANDS_DOORBELL = "zmq"
        keys.COMMANDS_BELL_ADDRESSES, keys.COMMANDS_BELL_BIND = [tcp], tcp
        assert check_curve(None) == []


def test_a_bell_that_nobody_knows_is_refused(settings):
    settings.COMMANDS_DOORBELL = "gong"
    assert [error.id for error in check_doorbell(None)] == ["commands.E002"]
    with pytest.raises(DoorbellError, match="gong"):
        make_bell()
