"""A run over several companies: who is migrated, who is left alone, and who is quarantined."""

import threading
import time

import pytest
from django.db import connection, connections

from apps.companies.models import Company
from apps.contacts.models import Contact
from lib.tenancy import find_current_tenant, tenant_context
from lib.tenancy.context import as_owner
from lib.tenancy.migrating.choice import Choice
from lib.tenancy.migrating.exceptions import RunInProgressError, UnknownMigrationError, UnknownTenantsError
from lib.tenancy.migrating.runs import Run, Terms, find_interrupted
from lib.tenancy.migrating.targets import Target
from lib.tenancy.migrating.turn import our_turn
from lib.tenancy.models import MigrationResult, MigrationRun, Outcome
from lib.tenancy.provisioning import provisioning
from lib.tenancy.states import Isolation, State
from lib.tenancy.template_building import ensure_template
from lib.tenancy.testing import HostClient
from lib.tenancy.versions import current_version, is_ahead
from tests.lib.tenancy.migrating.conftest import CAST
from tests.lib.tenancy.migrating.releases import ADD_FIELD, ADD_INDEX, ADD_MODEL
from tests.lib.tenancy.whole_schema import catalog_of

pytestmark = pytest.mark.usefixtures("real_transactions")

MIGRATED, FAILED, BY_ITSELF = Outcome.MIGRATED, Outcome.FAILED, Outcome.BY_ITSELF

FAIL_AT = """
from lib.tenancy import current_tenant
def fail(apps, editor):
    apps.get_model("contacts", "Contact").objects.create(last_name="half done")
    if current_tenant().subdomain in {names!r}:
        raise ValueError("no such luck")
"""


def version_of(subdomain):
    return Company.find_by_subdomain(subdomain).version


def as_the_owner(company, statement):
    with as_owner(), tenant_context(company), connection.cursor() as cursor:
        cursor.execute(statement)


def outcomes(reports):
    return {name: report.outcome for name, report in reports.items()}


def columns(company):
    return {row[1] for row in catalog_of(company)["columns"] if row[0] == "contacts_contact"}


def test_nobody_is_migrated_who_is_current_and_nothing_is_written_down(found, migrate):
    found("initech")
    assert migrate() == {}
    assert not MigrationRun.objects.using("master").exists()


def test_one_that_is_behind_is_closed_until_it_is_migrated(found, releases, migrate):
    initech = found("initech")
    before = initech.version
    releases.add(ADD_FIELD)
    assert HostClient("initech").get("/accounts/login/").status_code == 503
    assert outcomes(migrate()) == {"initech": MIGRATED}
    assert version_of("initech") == current_version()
    assert HostClient("initech").get("/accounts/login/").status_code == 200
    result = MigrationResult.objects.using("master").get()
    assert (result.subdomain, result.outcome, result.error) == ("initech", MIGRATED, "")
    assert (result.version_before, result.version_after) == (before, current_version())
    assert find_current_tenant() is None


def test_suspended_ones_are_migrated_and_unfinished_ones_are_not(found, releases, migrate):
    for subdomain, state in (("suspended", State.SUSPENDED), ("unfinished", State.PROVISIONING)):
        company = found(subdomain)
        company.state = state
        company.save()
    releases.add(ADD_FIELD)
    assert outcomes(migrate()) == {"suspended": MIGRATED}


def test_one_that_is_ahead_is_left_to_the_newer_code(found, releases, migrate):
    found("initech")
    releases.add(ADD_FIELD)
    migrate()
    ahead = version_of("initech")
    releases.take_back()
    assert is_ahead(ahead)
    assert migrate() == {}
    assert version_of("initech") == ahead


def test_one_that_fails_keeps_what_it_had_and_stops_no_other(found, releases, migrate):
    names = [f"company-{number}" for number in range(5)]
    companies = {name: found(name) for name in names}
    before = companies["company-2"].version
    code = FAIL_AT.format(names=["company-2"])
    releases.add(ADD_FIELD)
    releases.add("RunPython(fail)", code=code)
    reports = migrate()
    assert outcomes(reports) == {name: FAILED if name == "company-2" else MIGRATED for name in names}
    assert str(reports["company-2"].error) == "no such luck"
    assert version_of("company-2") == before
    assert "nickname" not in columns(companies["company-2"])
    with tenant_context(companies["company-2"]):
        assert Contact.objects.count() == 0
    assert HostClient("company-2").get("/accounts/login/").status_code == 503
    assert HostClient("company-3").get("/accounts/login/").status_code == 200
    result = MigrationResult.objects.using("master").get(outcome=FAILED)
    assert (result.subdomain, result.error) == ("company-2", "ValueError: no such luck")


def test_canaries_go_first_and_if_one_fails_the_others_are_left_alone(found, releases, migrate):
    for name in ("acorn", "birch", "cedar"):
        found(name)
    releases.add("RunPython(fail)", code=FAIL_AT.format(names=["birch"]))
    run = Run(Choice(exclude=CAST, canaries=["birch", "cedar"]))
    assert {report.subdomain: report.outcome for report in run.migrate()} == {
        "birch": FAILED,
        "cedar": MIGRATED,
    }
    assert run.is_stopped
    run = Run(Choice(exclude=CAST, canaries=["cedar"]))
    assert {report.subdomain for report in run.migrate()} == {"acorn", "birch"}


def test_only_and_exclude_choose_and_a_name_that_is_nobodys_is_refused(found, releases, migrate):
    for name in ("acorn", "birch", "cedar"):
        found(name)
    releases.add(ADD_FIELD)
    assert set(migrate(only=["acorn"])) == {"acorn"}
    run = Run(Choice(exclude=[*CAST, "birch"]))
    assert {report.subdomain for report in run.migrate()} == {"cedar"}
    with pytest.raises(UnknownTenantsError, match=r"'nobody'.*manage\.py tenants"):
        Choice(only=["acorn", "nobody"]).refuse_unknown()


def test_a_lock_that_somebody_holds_delays_that_company_alone(found, releases, migrate):
    companies = {name: found(name) for name in ("acorn", "birch", "cedar")}
    releases.add(ADD_FIELD)
    held, let_go = threading.Event(), threading.Event()

    def read_for_long():
        with tenant_context(companies["acorn"]):
            with connection.cursor() as cursor:
                connection.set_autocommit(False)
                cursor.execute("SELECT * FROM contacts_contact")
                held.set()
                let_go.wait(20)
                connection.rollback()
            connections.close_all()

    reader = threading.Thread(target=read_for_long)
    reader.start()
    held.wait(20)
    done = []
    for report in Run(Choice(exclude=CAST), Terms(workers_per_server=1, lock_timeout_ms=50)).migrate():
        done.append(report)
        if len(done) == 2:
            let_go.set()
    reader.join()
    assert [report.subdomain for report in done] == ["birch", "cedar", "acorn"]
    assert {report.outcome for report in done} == {MIGRATED}
    assert done[-1].attempts > 1


def test_a_lock_that_is_never_let_go_is_named(found, releases, migrate):
    acorn = found("acorn")
    releases.add(ADD_FIELD)
    with tenant_context(acorn), connection.cursor() as cursor:
        connection.set_autocommit(False)
        cursor.execute("SELECT * FROM contacts_contact")
        reports = {}
        thread = threading.Thread(
            target=lambda: (
                reports.update(migrate(terms=Terms(lock_timeout_ms=20, retries=1))),
                connections.close_all(),
            )
        )
        thread.start()
        thread.join()
        connection.rollback()
        connection.set_autocommit(True)
    assert outcomes(reports) == {"acorn": FAILED}
    assert "lock timeout" in str(reports["acorn"].error)


def test_one_whose_tables_differ_too_much_fails_alone(found, releases, migrate):
    odd = found("odd")
    found("usual")
    as_the_owner(odd, "ALTER TABLE contacts_contact RENAME CONSTRAINT contacts_contact_pkey TO odd_pkey")
    releases.add(
        "RunSQL('ALTER TABLE contacts_contact RENAME CONSTRAINT contacts_contact_pkey TO new_pkey', '')"
    )
    reports = migrate()
    # Django's own executor sends the same here, so it fails, with Django's error.
    assert outcomes(reports) == {"odd": FAILED, "usual": MIGRATED}
    assert "does not exist" in str(reports["odd"].error)


def test_a_constraint_with_another_name_is_found_by_djangos_own_executor(found, releases, migrate):
    odd = found("odd")
    as_the_owner(
        odd,
        "DO $$ DECLARE fk text; BEGIN SELECT conname INTO fk FROM pg_constraint WHERE contype = 'f' "
        "AND conrelid = 'contacts_contact'::regclass AND confrelid = 'contacts_organisation'::regclass; "
        "EXECUTE format('ALTER TABLE contacts_contact RENAME CONSTRAINT %I TO made_by_hand', fk); END $$",
    )
    found("usual")
    releases.add(
        'AlterField("contact", "organisation", models.IntegerField(null=True, db_column="organisation_id"))'
    )
    assert outcomes(migrate()) == {"odd": BY_ITSELF, "usual": MIGRATED}
    assert version_of("odd") == current_version()


def test_one_whose_history_lacks_what_its_tables_have_fails_with_djangos_error(found, migrate):
    broken = found("broken")
    with tenant_context(broken):
        Contact.objects.create(last_name="Kept")
    as_the_owner(broken, "DELETE FROM django_migrations WHERE app = 'contacts'")
    Company.objects.filter(pk=broken.pk).update(version="00001-x")
    reports = migrate()
    assert "already exists" in str(reports["broken"].error)
    with tenant_context(broken):
        assert Contact.objects.get().last_name == "Kept"
    # Mended, as the error suggests, it goes through.
    assert outcomes(migrate("contacts", "0002", fake=True, only=["broken"])) == {"broken": MIGRATED}
    assert outcomes(migrate()) in ({}, {"broken": Outcome.CURRENT}, {"broken": MIGRATED})
    assert version_of("broken") == current_version()


def test_one_whose_stamp_was_not_written_is_only_stamped(found, migrate):
    initech = found("initech")
    Company.objects.filter(pk=initech.pk).update(version="00001-x")
    assert outcomes(migrate()) == {"initech": Outcome.CURRENT}
    assert version_of("initech") == current_version()


def test_one_without_its_schema_is_named(found, releases, migrate):
    gone = found("gone")
    as_the_owner(gone, f"DROP SCHEMA {gone.schema_name} CASCADE")
    found("sound")
    releases.add(ADD_FIELD)
    reports = migrate()
    assert outcomes(reports) == {"gone": FAILED, "sound": MIGRATED}
    assert gone.schema_name in str(reports["gone"].error)


def test_databases_and_schemas_are_migrated_in_one_run(found, releases, migrate):
    found("own", isolation=Isolation.DATABASE)
    found("shared")
    releases.add(ADD_FIELD, ADD_MODEL)
    assert outcomes(migrate()) == {"own": MIGRATED, "shared": MIGRATED}


def test_backwards_to_a_named_migration_and_forwards_again(found, releases, migrate):
    initech = found("initech")
    before, today = initech.version, releases.names[-1]
    releases.add(ADD_FIELD)
    migrate()
    assert outcomes(migrate("contacts", today)) == {"initech": MIGRATED}
    assert version_of("initech") == before
    assert "nickname" not in columns(initech)
    assert outcomes(migrate()) == {"initech": MIGRATED}
    assert "nickname" in columns(initech)


@pytest.mark.parametrize(
    ("words", "named"), [(("contacts", "0815"), "0001_initial"), (("companies", "zero"), "accounts")]
)
def test_a_target_that_is_none_is_refused_with_those_there_are(words, named):
    with pytest.raises(UnknownMigrationError, match=named):
        Choice(Target(*words)).refuse_unknown()


def test_faked_migrations_are_noted_and_not_run(found, releases, migrate):
    initech = found("initech")
    releases.add(ADD_FIELD)
    assert outcomes(migrate(fake=True)) == {"initech": MIGRATED}
    assert version_of("initech") == current_version()
    assert "nickname" not in columns(initech)


def test_an_interrupted_run_begins_no_more_and_is_gone_on_with(found, releases):
    names = {f"company-{number}" for number in range(6)}
    for name in names:
        found(name)
    releases.add(ADD_FIELD)
    run = Run(Choice(exclude=CAST), Terms(workers_per_server=1)).migrate()
    first = next(run).subdomain
    run.close()  # as Ctrl-C leaves it
    done = {row.subdomain for row in Company.objects.filter(version=current_version())}
    assert first in done
    assert done < names
    record, choice = find_interrupted()
    assert choice.exclude == list(CAST)
    rest = {report.subdomain for report in Run(choice, record=record).migrate()}
    assert rest == names - done
    assert MigrationRun.objects.using("master").get().finished_at


def test_a_second_run_is_refused_or_waits():
    waited = []

    def wait():
        with our_turn(patient=True):
            waited.append(time.monotonic())

    with our_turn(patient=False):
        with pytest.raises(RunInProgressError, match="--wait"), our_turn(patient=False):
            pytest.fail("it is not our turn")
        second = threading.Thread(target=wait)
        second.start()
        second.join(0.2)
        assert second.is_alive()
        ended_at = time.monotonic()
    second.join(20)
    assert waited[0] >= ended_at


def test_who_is_made_in_the_middle_of_a_release_is_on_its_version(found, releases, migrate):
    """The code of the old release still serves, while that of the new one has made its template."""
    releases.add(ADD_FIELD)
    ensure_template()
    new = current_version()
    releases.take_back()
    late = found("late")
    assert late.version == new
    assert "nickname" in columns(late)
    assert not late.is_behind


def test_a_run_waits_for_who_is_being_made_from_the_template_before(releases, migrate, found):
    releases.learn()
    company = Company(
        subdomain="slow", company_name="Slow", contact_name="Peter", contact_email="p@x.example"
    )
    inside, go_on = threading.Event(), threading.Event()

    def make_slowly():
        with provisioning(company):
            inside.set()
            go_on.wait(20)
        connections.close_all()

    maker = threading.Thread(target=make_slowly)
    maker.start()
    inside.wait(20)
    releases.add(ADD_INDEX)
    ensure_template()
    threading.Timer(0.3, go_on.set).start()
    assert outcomes(migrate()) == {"slow": MIGRATED}
    maker.join()


def test_somebody_who_was_quicker_is_noticed_and_nothing_is_done_twice(found, releases, migrate):
    from lib.tenancy.migrating.compilation import Planner
    from lib.tenancy.migrating.histories import read_histories
    from lib.tenancy.migrating.work import Job, Worker

    initech = found("initech")
    releases.add("RunPython(fail)", code=FAIL_AT.format(names=[]))
    job = Job(Company.find_by_subdomain("initech"), read_histories([initech])[initech.schema_name])
    migrate()
    record = MigrationRun.objects.using("master").create(target="x")
    worker = Worker(record.pk, Planner(Target()), 1000)
    with pytest.raises(Exception, match="somebody else is at it"):
        worker.do(job)
    job.attempts += 1
    assert worker.do(job).outcome == Outcome.CURRENT
    with tenant_context(initech):
        assert Contact.objects.count() == 1
