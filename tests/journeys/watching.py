"""Everything a browser complains of during a journey. A complaint fails the test, unless expected."""

from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, Response, WebError

# The browser's own line about a status of 400 or more. Responses are watched themselves.
_LOAD_FAILED = "Failed to load resource"
# The browser gave a request up: a file is saved instead of shown, htmx asks anew, or the page has changed.
_GIVEN_UP = "net::ERR_ABORTED"


class Watch:
    def __init__(self) -> None:
        self._complaints: list[str] = []
        self._statuses: list[int] = []
        self._expected: list[int] = []

    def expect(self, *statuses: int) -> None:
        """Expect answers with these statuses, each at least once in the whole test."""
        self._expected += statuses

    def over(self, context: BrowserContext) -> None:
        context.on("console", self._on_console)
        context.on("weberror", self._on_error)
        context.on("request", self._on_request)
        context.on("requestfailed", self._on_failed)
        context.on("response", self._on_response)

    def complaints(self) -> list[str]:
        """Return what went wrong, and what should have and did not."""
        missing = set(self._expected) - set(self._statuses)
        return [*self._complaints, *(f"Nothing was answered with {status}." for status in sorted(missing))]

    def take(self) -> list[str]:
        """Return the complaints and forget them."""
        complaints, self._complaints = self._complaints, []
        return complaints

    def _on_console(self, message: ConsoleMessage) -> None:
        # What violates the content security policy is an error here as well.
        if message.type in ("error", "warning") and not message.text.startswith(_LOAD_FAILED):
            self._complaints.append(f"console: {message.text}")

    def _on_error(self, error: WebError) -> None:
        self._complaints.append(f"script: {error.error}")

    def _on_request(self, request: Request) -> None:
        host = urlsplit(request.url).hostname or "localhost"
        if not host.endswith("localhost"):
            self._complaints.append(f"asked a stranger: {request.url}")

    def _on_failed(self, request: Request) -> None:
        if request.failure != _GIVEN_UP:
            self._complaints.append(f"no answer: {request.url}: {request.failure}")

    def _on_response(self, response: Response) -> None:
        if response.status < 400:
            return
        self._statuses.append(response.status)
        if response.status not in self._expected:
            self._complaints.append(f"{response.status}: {response.request.method} {response.url}")
