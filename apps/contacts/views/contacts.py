from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.vary import vary_on_headers
from django_htmx.middleware import HtmxDetails

from apps.contacts import services
from apps.contacts.exports import contact_lines
from apps.contacts.filters import ContactListForm, ListForm
from apps.contacts.forms import ContactForm, NoteForm
from apps.contacts.models import Contact
from apps.contacts.versions import EditConflictError
from apps.events.recording import record
from apps.events.verbs import Verb


class HtmxRequest(HttpRequest):
    htmx: HtmxDetails


@login_required
@vary_on_headers("HX-Request")
def contact_list(request: HtmxRequest) -> HttpResponse:
    form = ContactListForm.understood(request.GET)
    page = form.page_of(form.contacts().for_list())
    # Going back in the browser asks for the whole page again, although it is htmx that asks.
    is_refresh = request.htmx and not request.htmx.history_restore_request
    template = "contacts/_list_refresh.html" if is_refresh else "contacts/list.html"
    return render(request, template, {"form": form, "page_obj": page, "section": "contacts"})


@login_required
def contact_export(request: HttpRequest) -> HttpResponseBase:
    form = ContactListForm(request.GET)
    if not form.is_valid():
        # A list that says what it left out is fine, a file that cannot is not.
        return redirect(f"{reverse('contacts:list')}?{request.GET.urlencode()}")
    record(Verb.EXPORT_DOWNLOADED, text=form.description())
    return StreamingHttpResponse(
        contact_lines(form.contacts()),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="contacts-{timezone.localdate()}.csv"'},
    )


@login_required
def contact_detail(request: HttpRequest, pk: int) -> HttpResponse:
    contact = get_object_or_404(Contact.objects.select_related("organisation", "created_by"), pk=pk)
    return show_contact(request, contact, NoteForm())


def show_contact(request: HttpRequest, contact: Contact, note_form: NoteForm) -> HttpResponse:
    """Render the page of a contact, on which a note can be typed."""
    notes = contact.notes.for_timeline(request.user.pk)
    page = ListForm.understood(request.GET).page_of(notes)
    return render(
        request,
        "contacts/detail.html",
        {"contact": contact, "note_form": note_form, "page_obj": page, "section": "contacts"},
    )


@login_required
def contact_create(request: HttpRequest) -> HttpResponse:
    organisation = ContactListForm.understood(request.GET).organisation()
    return _edit(request, Contact(created_by_id=request.user.pk, organisation=organisation))


@login_required
def contact_edit(request: HttpRequest, pk: int) -> HttpResponse:
    return _edit(request, get_object_or_404(Contact, pk=pk))


def _edit(request: HttpRequest, contact: Contact) -> HttpResponse:
    form = ContactForm(request.POST if request.method == "POST" else None, instance=contact)
    if form.is_valid():
        try:
            services.save_contact(
                contact, phone_numbers=form.phone_numbers(), seen_version=form.seen_version()
            )
        except services.OrganisationGoneError:
            form.add_error("organisation", "This organisation was deleted a moment ago. Choose another.")
        except EditConflictError:
            form.come_back_after_conflict(get_object_or_404(Contact, pk=contact.pk))
        else:
            messages.success(request, f"{contact} is saved.")
            return redirect(contact)
    return render(request, "contacts/form.html", {"form": form, "contact": contact, "section": "contacts"})


@login_required
def contact_delete(request: HttpRequest, pk: int) -> HttpResponse:
    contact = get_object_or_404(Contact, pk=pk)
    if request.method == "POST":
        services.delete(contact)
        messages.success(request, f"{contact} is deleted.")
        return redirect("contacts:list")
    question = {
        "title": f"Delete {contact}?",
        "text": "The phone numbers and notes go too. This cannot be undone.",
        "action": request.path,
        "cancel_url": contact.get_absolute_url(),
    }
    return render(request, "confirm.html", {**question, "section": "contacts"})
