"""A job is written in its sender's transaction: there if that commits, and not otherwise."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, connection, connections, transaction
from django.utils import timezone

from apps.contacts.models import Contact, Organisation
from lib.commands import send_command, sending
from lib.commands.claims import Claims
from lib.commands.exceptions import PayloadError, UnknownCommandError, UnknownQueueError
from lib.commands.states import JobState
from lib.tenancy import tenant_context
from lib.tenancy.exceptions import NoTenantError
from tests.lib.commands.workers import registered_worker


def test_it_is_there_when_the_sender_has_committed(acme, jobs):
    with tenant_context(acme), transaction.atomic():
        key = send_command("note", "Initech", city="Austin")
        assert not jobs.exists()  # seen from another connection
    [job] = jobs
    assert (job.pk, job.tenant, job.command, job.state) == (key, acme.schema_name, "note", JobState.READY)
    assert job.payload == '[["Initech"],{"city":"Austin"}]'


def test_what_is_rolled_back_is_never_sent(acme, jobs):
    with tenant_context(acme):
        with pytest.raises(ZeroDivisionError), transaction.atomic():  # noqa: PT012 - the first is undone
            send_command("note", "with the transaction")
            raise ZeroDivisionError
        with transaction.atomic():
            with pytest.raises(ZeroDivisionError), transaction.atomic():  # noqa: PT012 - the first is undone
                send_command("note", "with the savepoint")
                raise ZeroDivisionError
            kept = send_command("note", "kept")
    assert [job.pk for job in jobs] == [kept]


def test_the_transaction_goes_on_as_the_tenants(acme, jobs):
    with tenant_context(acme), transaction.atomic():
        organisation = Organisation.objects.create(name="Before")
        # Checked at the commit, which the job's row is the last thing before.
        Contact.objects.create(last_name="Gibbons", organisation=organisation)
        send_command("note", "x")
        Organisation.objects.create(name="After")
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user, current_schema()")
            role, schema = cursor.fetchone()
        assert schema == acme.schema_name
        assert acme.schema_name in role or not connection.uses_roles
        send_command("note", "y")
    assert jobs.count() == 2
    with tenant_context(acme):
        Contact.objects.all().delete()
        assert Organisation.objects.filter(name__in=["Before", "After"]).delete()[0] == 2


def test_a_deferred_check_still_fails_the_commit_behind_a_job(acme, jobs):
    with tenant_context(acme), pytest.raises(IntegrityError), transaction.atomic():  # noqa: PT012 - at the commit
        Contact.objects.create(last_name="Gibbons", organisation_id=987_654)
        send_command("note", "x")
    assert not jobs.exists()


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM master.commands_job",
        "INSERT INTO master.commands_job (command) VALUES ('shell')",
        "UPDATE master.commands_job SET state = 'ready'",
        "DELETE FROM master.commands_job",
        "SELECT master.commands_claim(NULL, '{}', '', '', 0)",
    ],
)
def test_the_tenants_role_cannot_touch_the_table(sql, acme, jobs):
    with tenant_context(acme):
        if not connection.uses_roles:
            pytest.skip("This server is older than 16 and keeps no roles apart.")
        send_command("note", "x")
        with pytest.raises(ProgrammingError, match="permission denied"), connection.cursor() as cursor:
            cursor.execute(sql)


def test_without_a_tenant_only_the_platform_sends(jobs):
    with pytest.raises(NoTenantError):
        send_command("note", "x")
    with transaction.atomic(using="master"):
        send_command("count", 3)
        with connections["master"].cursor() as cursor:
            cursor.execute("SELECT tenant FROM commands_job")
            assert cursor.fetchall() == [("-",)]


def test_what_works_for_the_platform_is_sent_with_the_tenants_transaction(acme, jobs):
    with tenant_context(acme):
        with pytest.raises(ZeroDivisionError), transaction.atomic():  # noqa: PT012 - the first is undone
            send_command("count", 1)
            raise ZeroDivisionError
        send_command("count", 2)
    assert [(job.tenant, job.payload) for job in jobs] == [("-", "[[2],{}]")]


def test_only_what_is_registered_can_be_sent(jobs):
    with pytest.raises(UnknownCommandError, match=r"'shell'.*count"):
        send_command("shell")


@pytest.mark.parametrize("value", [object(), {1: "a"}, float("nan"), b"x", "x" * 100_000])
def test_what_json_cannot_carry_is_refused_at_once(value, jobs):
    with pytest.raises(PayloadError, match="'count'"):
        send_command("count", value)


def test_options_of_the_sending_are_not_the_commands(acme, jobs):
    with tenant_context(acme):
        sending(priority=7, in_=timedelta(hours=1)).send_command("note", "later")
        sending(at=timezone.now() - timedelta(hours=1)).send_command("note", "now")
    later, now = jobs
    assert (later.priority, later.state) == (7, JobState.WAITING)
    assert timedelta(minutes=59) < later.run_at - timezone.now() < timedelta(minutes=61)
    assert (now.priority, now.state, now.payload) == (0, JobState.READY, '[["now"],{}]')
    with pytest.raises(ValueError, match="time zone"):
        sending(at=timezone.now().replace(tzinfo=None))
    with pytest.raises(ValueError, match="one time"):
        sending(at=timezone.now(), in_=timedelta(hours=1))
    with pytest.raises(UnknownQueueError, match="'mail'"):
        sending(queue="mail").send_command("count")
    with pytest.raises(ValueError, match="101"):
        sending(priority=101).send_command("count")


class TestUnique:
    def test_a_job_that_waits_stands_for_others_like_it(self, acme, globex, jobs):
        with tenant_context(acme):
            first = send_command("tidy_up", "attic")
            assert send_command("tidy_up", "attic") == first
            assert send_command("tidy_up", "cellar") != first
            one = sending(unique="report").send_command("note", "a")
            assert sending(unique="report").send_command("note", "b") == one
        with tenant_context(globex):
            assert send_command("tidy_up", "attic") != first
        assert jobs.count() == 4

    def test_one_that_was_begun_does_not(self, acme, jobs):
        with tenant_context(acme):
            first = send_command("tidy_up", "attic")
            jobs.update(state=JobState.RUNNING, attempt=1)
            assert send_command("tidy_up", "attic") != first
        jobs.filter(pk=first).update(state=JobState.READY)  # to be tried again beside the new one
        assert jobs.count() == 2

    def test_it_is_not_begun_before_the_last_sender_has_committed(self, acme, jobs):
        with tenant_context(acme):
            first = send_command("tidy_up", "attic")
        claims = Claims(registered_worker())
        with tenant_context(acme), transaction.atomic():
            assert send_command("tidy_up", "attic") == first
            assert claims.next_job().job is None
        assert claims.next_job().job.id == first
