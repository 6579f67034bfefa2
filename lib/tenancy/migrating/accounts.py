"""What operators read: the runs there were, and what would happen now."""

from collections import Counter
from collections.abc import Iterator

from django.db.models import Count, QuerySet

from lib.tenancy.conf import MASTER_ALIAS
from lib.tenancy.migrating.choice import Choice
from lib.tenancy.migrating.compilation import Planner
from lib.tenancy.migrating.exceptions import PlanError
from lib.tenancy.migrating.histories import of_tenants, read_histories
from lib.tenancy.migrating.plans import Plan, Sql, Step
from lib.tenancy.migrating.progress import duration
from lib.tenancy.migrating.table_locks import MEANING
from lib.tenancy.models import MigrationResult, MigrationRun, Outcome, TenantModel

_RUNS_SHOWN = 10
_NAMES_SHOWN = 5


def history_lines() -> Iterator[str]:
    """Yield the newest runs, what became of their tenants, and the versions that tenants have."""
    runs = MigrationRun.objects.using(MASTER_ALIAS).order_by("-pk")[:_RUNS_SHOWN]
    if not runs:
        yield "No run has had anything to do yet."
    for run in runs:
        yield _run_line(run)
        for result in newest_results(run).filter(outcome=Outcome.FAILED):
            yield f"    {result.subdomain}: {result.error}"


def newest_results(run: MigrationRun) -> QuerySet[MigrationResult]:
    """Return the last result of each tenant in a run."""
    rows = MigrationResult.objects.using(MASTER_ALIAS)
    return rows.filter(
        pk__in=run.results.using(MASTER_ALIAS).order_by("subdomain", "-pk").distinct("subdomain")
    )


def plan_lines(choice: Choice) -> Iterator[str]:
    """Yield what a run would do, for whom, and which locks it would take. Changes nothing."""
    tenants = choice.find_tenants()
    if not tenants:
        yield "Nobody is behind."
    histories = read_histories(tenants)
    planner = Planner(choice.target)
    groups: dict[int, tuple[Plan, list[TenantModel]]] = {}
    for tenant in tenants:
        history = histories[tenant.schema_name]
        if isinstance(history, Exception):
            yield f"{tenant.subdomain}: cannot be migrated: {history}"
            continue
        try:
            plan = planner.plan_for(tenant, history)
        except PlanError as error:
            yield f"{tenant.subdomain}: by Django's own executor, because no plan could be made: {error}"
            continue
        groups.setdefault(id(plan), (plan, []))[1].append(tenant)
    for plan, members in groups.values():
        yield from _group_lines(plan, members)


def _run_line(run: MigrationRun) -> str:
    counts = Counter(dict(newest_results(run).values_list("outcome").annotate(Count("pk")).order_by()))
    parts = [f"{counts[outcome]} {outcome.label}" for outcome in Outcome if counts[outcome]]
    missing = run.tenant_count - sum(counts.values())
    if missing > 0:
        parts.append(f"{missing} not tried")
    when = f"{run.started_at:%Y-%m-%d %H:%M:%S}"
    took = (
        f"in {duration((run.finished_at - run.started_at).total_seconds())}"
        if run.finished_at
        else "not finished"
    )
    return f"{when}  to {run.target}: {', '.join(parts) or 'nobody'}, {took}"


def _group_lines(plan: Plan, members: list[TenantModel]) -> Iterator[str]:
    names = ", ".join(tenant.subdomain for tenant in members[:_NAMES_SHOWN])
    more = f" and {len(members) - _NAMES_SHOWN} more" if len(members) > _NAMES_SHOWN else ""
    yield f"{len(members)} of {members[0].version or 'no version'}: {names}{more}"
    if not plan.steps:
        is_noted = all(tenant.version == plan.version for tenant in members)
        yield "  nothing to run" + ("" if is_noted else ": only the note of their version is out of date")
    for step in plan.steps:
        # Of an app that tenants do not have, there is nothing but the note.
        if of_tenants([step.name]):
            yield from _step_lines(step)
    if plan.steps:
        yield f"  sent {'as one message' if plan.message else 'in several messages'} to each"


def _step_lines(step: Step) -> Iterator[str]:
    yield f"  {step.name}" + ("" if step.is_atomic else " (no transaction: part by part)")
    for part in step.parts:
        if isinstance(part, Sql):
            yield f"    {' '.join(part.text.split())}" + ("  -- by itself" if part.is_alone else "")
        else:
            yield f"    run for each: {part.operation.describe()}"
    for lock in step.locks:
        rewrites = ", and its rows are written anew" if lock.rewrites else ""
        yield f"    locks {lock.table}: {lock.mode}, {MEANING[lock.mode]}{rewrites}"
