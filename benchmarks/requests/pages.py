"""The pages that are asked for: the smallest queries there are, and what people have."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Page:
    """One line of the result."""

    title: str
    path: str


PAGES = (
    *(Page(f"{count} smallest", f"/articles/{count}/") for count in (1, 5, 20)),
    Page("a list, 5 ordinary", "/catalogue/"),
)
