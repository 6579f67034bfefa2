"""The way to a company's files: through its own host, signed in, and onto a disk rather than into a page."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_safe

from apps.events.recording import record
from apps.events.verbs import Verb
from lib.security.csp import CSP, build_policy

# Somebody uploaded it, so it may be a page with scripts in it: such a page may do nothing.
POLICY = build_policy({"default-src": CSP.NONE, "sandbox": True})


@require_safe
@login_required
def download(request: HttpRequest, name: str) -> FileResponse:
    """Send a file of the company whose host this is. Pictures can be shown in pages all the same."""
    try:
        file = default_storage.open(name)
    except (SuspiciousFileOperation, OSError) as error:
        # One answer to all: what is not there, a folder, a name too long, a way out of the folder.
        raise Http404(f"There is no file {name[:80]!r}.") from error
    record(Verb.FILE_DOWNLOADED, text=name)
    response = FileResponse(file, as_attachment=True, filename=name.rpartition("/")[2])
    response.headers[str(CSP.HEADER_ENFORCE)] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
