"""The course of the benchmark: each piece of work, the contestants in turns."""

from dataclasses import dataclass, field

from benchmarks.fleet.contestants import Contestant
from benchmarks.fleet.limit import Limit
from benchmarks.fleet.releases import Releases
from benchmarks.fleet.sizes import Sizes


@dataclass
class Work:
    """Seconds for one company (or for all, where that is said), a figure for each round."""

    name: str
    unit: str = "ms a company"
    ours: list[float] = field(default_factory=list)
    theirs: list[float] = field(default_factory=list)
    limit: list[float] = field(default_factory=list)
    # Ours as the limit is: without what is done once a release, such as the template.
    ours_against_limit: list[float] = field(default_factory=list)


class Course:
    """Runs the whole benchmark. Each step leaves the companies to the next."""

    def __init__(self, ours: Contestant, theirs: Contestant, releases: Releases, sizes: Sizes) -> None:
        self._ours, self._theirs, self._releases, self._sizes = ours, theirs, releases, sizes
        self._release = releases.packages[0]
        self._theirs_count = 0
        self.template_database = ""

    def prepare(self) -> dict[str, str]:
        """Make what is there before the first company; return what the limit needs."""
        self._theirs.do("prepare", release=self._release)
        prepared = self._ours.do("prepare", release=self._release)
        self.template_database = prepared["template_database"]
        return prepared

    def provision(self, limit: Limit) -> Work:
        """Make companies, a few of each in turn."""
        work = Work("provision one company, schema")
        sizes = self._sizes
        for number in range(5):
            upto = sizes.provisioned * (number + 1) // 5
            work.ours += self._ours.do("found", upto, release=self._release)["seconds"]
            self._theirs_count = sizes.theirs * (number + 1) // 5
            work.theirs += self._theirs.do("found", self._theirs_count, release=self._release)["seconds"]
            work.limit += [limit.found() for _ in range(upto - len(work.limit))]
        return work

    def provision_databases(self, limit: Limit) -> Work:
        """Make companies with a database of their own, in turn with a copy of the template alone."""
        work = Work("provision one company, database")
        for number in range(2):
            upto = self._sizes.databases * (number + 1) // 2
            work.ours += self._ours.do("found_databases", upto, release=self._release)["seconds"]
            work.limit += [
                limit.found_database(self.template_database) for _ in range(upto - len(work.limit))
            ]
        return work

    def add_columns(self, limit: Limit) -> Work:
        """Add a field and an index, a release each round."""
        count = self._sizes.columns
        self._ours.do("found", count, release=self._release)
        for _ in range(self._sizes.provisioned, count):
            limit.found()
        work = Work(f"AddField + AddIndex, {count} companies")
        for _ in range(self._sizes.rounds):
            self._release = self._releases.add_columns()
            sql = self._ours.do("sql", release=self._release)["sql"]
            self._migrate(work, count)
            work.limit.append(limit.migrate(sql, count) / count)
        return work

    def run_code(self) -> Work:
        """Change rows by RunPython, a release each round; the limit is the function called by itself."""
        count = self._sizes.code
        self._ours.do("fill", count, release=self._release)
        self._theirs.do("fill", self._theirs_count, release=self._release)
        work = Work(f"RunPython over rows, {count} companies")
        for _ in range(self._sizes.rounds):
            work.limit.append(self._ours.do("code", count, release=self._release)["seconds"] / count)
            self._release = self._releases.add_code()
            self._migrate(work, count)
        # The others, too, so that all are current for what comes next.
        self._ours.do("catch_up", release=self._release)
        return work

    def nothing_to_do(self, limit: Limit, url: str) -> Work:
        """Migrate where all are current."""
        count = self._sizes.nothing
        self._ours.do("found", count, release=self._release)
        work = Work(f"migrate, nothing to do, {count} companies", unit="ms for all")
        for _ in range(self._sizes.rounds):
            ours = self._ours.do("nothing_to_do", count, release=self._release)
            theirs = self._theirs.do("migrate", self._theirs_count, release=self._release)
            work.ours.append(ours["seconds"])
            work.ours_against_limit.append(ours["finding"])
            work.theirs.append(theirs["seconds"] / self._theirs_count * count)
            work.limit.append(limit.ask_versions(url))
        return work

    def memory(self) -> dict[str, float]:
        """Return the most memory, in MB, of processes that migrate few and many companies."""
        sizes = self._sizes
        self._release = self._releases.add_columns()
        few = self._ours.do("migrate", sizes.few, release=self._release)["peak_mb"]
        theirs = self._theirs.do("migrate", self._theirs_count, release=self._release)["peak_mb"]
        self._release = self._releases.add_columns()
        many = self._ours.do("migrate", sizes.many, release=self._release)["peak_mb"]
        return {"few": few, "many": many, "theirs": theirs}

    def _migrate(self, work: Work, count: int) -> None:
        ours = self._ours.do("migrate", count, release=self._release)
        theirs = self._theirs.do("migrate", self._theirs_count, release=self._release)
        work.ours.append(ours["seconds"] / count)
        work.ours_against_limit.append(ours["migrating"] / count)
        work.theirs.append(theirs["seconds"] / self._theirs_count)
