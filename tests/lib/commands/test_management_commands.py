"""Plain management commands, sent by name."""

import pytest

from lib.commands import registry, send_command
from lib.commands.checks import check_engine, check_management_commands, check_queues
from lib.commands.management_commands import register_management_commands
from lib.commands.registry import Command, Scope
from lib.commands.states import JobState
from lib.tenancy import tenant_context
from tests.lib.commands.workers import run_all


@pytest.fixture
def registering(settings, monkeypatch):
    """Register what COMMANDS_MANAGEMENT names, for one test."""

    def register(**commands):
        settings.COMMANDS_MANAGEMENT = commands
        monkeypatch.setattr(registry, "_commands", {**registry._commands})
        register_management_commands()

    return register


def test_it_runs_and_its_output_is_kept(registering, jobs):
    registering(tenants={"scope": Scope.PLATFORM})
    send_command("tenants")
    run_all()
    assert jobs.get().state == JobState.DONE
    assert "SUBDOMAIN" in jobs.get().log_tail
    assert "acme" in jobs.get().log_tail


def test_it_runs_under_the_tenant_that_sent_it(registering, acme, jobs):
    registering(dumpdata={})
    with tenant_context(acme):
        send_command("dumpdata", "accounts.user", indent=None)
    run_all()
    assert "alice@acme.example" in jobs.get().log_tail
    assert "charlie@globex.example" not in jobs.get().log_tail


@pytest.mark.parametrize("name", ["shell", "dbshell", "runserver", "no_such_command"])
def test_what_gives_away_the_machine_is_refused(name, settings):
    settings.COMMANDS_MANAGEMENT = {name: {}}
    [error] = check_management_commands(None)
    assert (error.id, name in error.msg) == ("commands.E004", True)


def test_what_is_harmless_is_not(settings):
    settings.COMMANDS_MANAGEMENT = {"clearsessions": {}}
    assert check_management_commands(None) == []


def test_a_queue_that_nobody_serves_is_said_before(monkeypatch):
    assert check_queues(None) == []
    lost = Command(name="lost", run=print, queue="nowhere")
    monkeypatch.setattr(registry, "_commands", {**registry._commands, "lost": lost})
    assert [error.id for error in check_queues(None)] == ["commands.E005"]


def test_an_engine_that_nobody_knows_is_said_before(settings):
    settings.COMMANDS_ENGINE = "steam"
    assert [error.id for error in check_engine(None)] == ["commands.E001"]
