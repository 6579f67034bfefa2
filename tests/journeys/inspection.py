"""What a page looks like to those who cannot see, point or hold still, or have a small screen."""

from pathlib import Path

from playwright.sync_api import Page

_INSPECT = (Path(__file__).parent / "inspect_page.js").read_text()

_TOO_WIDE = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
  [...document.querySelectorAll("body *")]
    .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
    .slice(0, 3)
    .map((element) => `wider than ${innerWidth}: ${element.outerHTML.slice(0, 120)}`)
    .concat(`the page is ${document.documentElement.scrollWidth} wide`)"""

# A ring around the element in focus, or around what it draws over its whole row.
_RING = """() => {
  const element = document.activeElement;
  return [null, "::after"].some((part) => {
    const style = getComputedStyle(element, part);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  });
}"""


def problems_of(page: Page) -> list[str]:
    """Return what hinders people who use a screen reader, a keyboard or a finger; empty is good."""
    problems: list[str] = page.evaluate(_INSPECT)
    return problems


def overflow_of(page: Page) -> list[str]:
    """Return what makes the page scroll sideways; empty is good."""
    elements: list[str] = page.evaluate(_TOO_WIDE)
    return elements


def focus_can_be_seen(page: Page) -> bool:
    """Return whether the element that has the focus shows it."""
    return bool(page.evaluate(_RING))
