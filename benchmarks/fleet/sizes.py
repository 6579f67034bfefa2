"""How many companies are measured."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    """Numbers of companies, and of rounds in which the contestants take turns."""

    provisioned: int
    databases: int
    columns: int
    code: int
    nothing: int
    few: int
    many: int
    # Theirs take so long that fewer are measured; they are compared by company.
    theirs: int
    rounds: int


WHOLE = Sizes(
    provisioned=40, databases=10, columns=500, code=200, nothing=1000, few=100, many=1000, theirs=60, rounds=3
)
QUICK = Sizes(
    provisioned=6, databases=2, columns=30, code=20, nothing=40, few=20, many=40, theirs=6, rounds=1
)
