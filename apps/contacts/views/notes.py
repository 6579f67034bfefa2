from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import Truncator

from apps.contacts import services
from apps.contacts.forms import NoteForm
from apps.contacts.models import Contact, Note
from apps.contacts.views.contacts import show_contact


@login_required
def note_create(request: HttpRequest, pk: int) -> HttpResponse:
    contact = get_object_or_404(Contact.objects.select_related("organisation", "created_by"), pk=pk)
    note = Note(contact=contact, author_id=request.user.pk)
    form = NoteForm(request.POST if request.method == "POST" else None, instance=note)
    if form.is_valid():
        if not services.save_note(note):
            raise Http404("The contact was deleted a moment ago.")
        messages.success(request, "The note is saved.")
        return redirect(contact)
    return show_contact(request, contact, form)


@login_required
def note_delete(request: HttpRequest, pk: int, note_pk: int) -> HttpResponse:
    deletable = Note.objects.deletable_by(request.user.pk).select_related("contact")
    note = get_object_or_404(deletable, pk=note_pk, contact=pk)
    if request.method == "POST":
        services.delete_note(note)
        messages.success(request, "The note is deleted.")
        return redirect(note.contact)
    question = {
        "title": "Delete this note?",
        "text": Truncator(note.body).words(30),
        "action": request.path,
        "cancel_url": note.contact.get_absolute_url(),
    }
    return render(request, "confirm.html", {**question, "section": "contacts"})
