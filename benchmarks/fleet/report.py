"""The figures as ratios, with the goals beside them, in docs/benchmarks.md."""

import os
import platform
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import django

from benchmarks.fleet.course import Work
from benchmarks.fleet.environment import THEIR_VERSION
from benchmarks.fleet.sizes import Sizes

# By the beginning of the work's name: how many times faster than theirs, and how many times the limit.
GOALS = {
    "provision one company, schema": (8, 1.5),
    "provision one company, database": (None, 1.3),
    "migrate, nothing to do": (200, 3),
    "AddField + AddIndex": (20, 1.5),
    "RunPython": (10, 1.5),
}

_HEAD = """# Benchmarks

Written by `make bench`, which measures this project, django-tenants {their_version} and the limit in turns:
on one server, with the same models, Django {django} and driver. The limit is the same SQL, sent by psycopg2
alone on one connection. Read the ratios: the times depend on the machine, and on what else it does.
Python {python}, {cores} cores, load {load:.0f} at the end, {rounds} rounds.

Medians; in brackets the lowest and the highest. What is done once a release whatever the number of companies
(the platform's tables, the template) is in the times of ours and in the ratios to django-tenants, which has
no such thing; a second ratio leaves it out, as the ratios to the limit do.

| work | ours | django-tenants | the limit | faster than django-tenants | times the limit |
|---|---|---|---|---|---|
"""
_TAIL = """
## Memory

| the process that migrates | most memory |
|---|---|
| ours, {few} companies | {memory[few]:.0f} MB |
| ours, {many} companies | {memory[many]:.0f} MB |
| django-tenants, {theirs} companies | {memory[theirs]:.0f} MB |

{many} companies take {growth:.2f} times the memory of {few} (goal: at most 1.2).

## How it is measured

- Each measurement is a process of its own; its start is not counted. Of companies made, each is.
- django-tenants migrates {theirs} companies; its time is multiplied up to as many as ours have.
- AddField + AddIndex: finding, planning and noting the results included.
- RunPython: the limit is the function of the migration, called for one company after the other, in a
  transaction each.
- Nothing to do: the whole command against django-tenants; the look for who is behind against one query for
  all versions.
"""


def write(path: Path, works: Sequence[Work], memory: dict[str, float], sizes: Sizes) -> str:
    """Write the page, and return it."""
    head = _HEAD.format(
        their_version=THEIR_VERSION,
        django=django.__version__,
        python=platform.python_version(),
        cores=os.cpu_count(),
        load=os.getloadavg()[0],
        rounds=sizes.rounds,
    )
    tail = _TAIL.format(
        memory=memory,
        growth=memory["many"] / memory["few"],
        few=sizes.few,
        many=sizes.many,
        theirs=sizes.theirs,
    )
    text = head + "".join(f"{_row(work)}\n" for work in works) + tail
    path.write_text(text)
    return text


def _row(work: Work) -> str:
    faster, limit = next(goals for name, goals in GOALS.items() if work.name.startswith(name))
    comparable = work.ours_against_limit or work.ours
    cells = [
        work.name,
        *(_times(figures, work.unit) for figures in (work.ours, work.theirs, work.limit)),
        _faster(work, f"at least {faster}") if work.theirs else "-",
        _ratio(median(comparable) / median(work.limit), f"at most {limit}"),
    ]
    return f"| {' | '.join(cells)} |"


def _faster(work: Work, goal: str) -> str:
    cell = _ratio(median(work.theirs) / median(work.ours), goal)
    if work.ours_against_limit and work.unit == "ms a company":
        cell += f", {median(work.theirs) / median(work.ours_against_limit):.3g} without the template"
    return cell


def _times(figures: Sequence[float], unit: str) -> str:
    if not figures:
        return "-"
    low, middle, high = (1000 * value for value in (min(figures), median(figures), max(figures)))
    return f"{middle:.3g} {unit} ({low:.3g} to {high:.3g})"


def _ratio(value: float, goal: str) -> str:
    return f"**{value:.3g}** (goal: {goal})"
