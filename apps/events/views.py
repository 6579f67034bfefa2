"""The owners' page of what everybody did, and the same as a file."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.events.access import owner_required
from apps.events.exports import event_lines
from apps.events.filters import EventListForm
from apps.events.models import Event
from apps.events.recording import record
from apps.events.subjects import Subject
from apps.events.verbs import Verb


@require_safe
@owner_required
def event_list(request: HttpRequest) -> HttpResponse:
    form = EventListForm.understood(request.GET)
    page = form.page()
    subject = form.about()
    context = {
        "form": form,
        "page": page,
        "subject": subject,
        # What it was called last, which is all that is left of a row that is gone.
        "subject_text": _last_name_of(subject) if subject else "",
        "subject_url": subject.find_address() if subject else None,
        "section": "events",
    }
    return render(request, "events/list.html", context)


def _last_name_of(subject: Subject) -> str:
    named = Event.objects.about(subject).newest_first().values_list("subject_text", flat=True)
    return named.first() or str(subject)


@require_safe
@owner_required
def event_export(request: HttpRequest) -> HttpResponseBase:
    form = EventListForm(request.GET)
    if not form.is_valid():
        # A list that says what it left out is fine, a file that cannot is not.
        return redirect(f"{reverse('events:list')}?{request.GET.urlencode()}")
    record(Verb.EXPORT_DOWNLOADED, text="Events, filtered" if form.is_narrowed() else "All events")
    return StreamingHttpResponse(
        event_lines(form.events()),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="events-{timezone.localdate()}.csv"'},
    )
