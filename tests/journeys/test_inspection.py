"""The inspector finds what it is there to find: otherwise it would praise every page."""

from playwright.sync_api import Page

from tests.journeys.inspection import focus_can_be_seen, overflow_of, problems_of

BAD_PAGE = """<!doctype html><title></title><body>
<h1>One</h1><h3>Three</h3><main></main><main></main>
<p id="twice"></p><p id="twice"></p><input><button></button><img src="data:,"><svg></svg>
<label for="nothing">x</label><a href="#nowhere">x</a><button aria-hidden="true">x</button>
<table><tr><th>x</th></tr></table><div style="width: 5000px">x</div>
<a id="here" href="/" tabindex="3">x</a>
"""
FINDINGS = [
    "no language",
    "no title",
    "no viewport",
    "not exactly one main",
    "id twice",
    "heading jumps",
    "control without a label",
    "nothing to read aloud",
    "img without alt",
    "svg neither",
    "for leads nowhere",
    "link leads nowhere",
    "can be focused but not heard",
    "target under",
    "order of its own",
    "th without scope",
    "style attribute",
]


def test_it_finds_every_kind_of_problem(page: Page):
    page.set_content(BAD_PAGE)
    found = problems_of(page)
    assert [finding for finding in FINDINGS if not any(each.startswith(finding) for each in found)] == []
    assert overflow_of(page)


def test_it_sees_that_a_focus_is_hidden(page: Page):
    page.set_content("<style>:focus { outline: none }</style><button>x</button>")
    page.keyboard.press("Tab")
    assert not focus_can_be_seen(page)


def test_it_hears_the_browser_complain(page: Page, watch):
    page.set_content(
        "<script>console.error('broken'); missing()</script><img src='http://127.0.0.1:1/x.png'>"
    )
    page.wait_for_timeout(200)
    heard = watch.take()
    assert [each.split(":")[0] for each in sorted(heard)] == [
        "asked a stranger",
        "console",
        "no answer",
        "script",
    ]
