from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from apps.contacts import services
from apps.contacts.filters import ROWS_PER_PAGE, OrganisationListForm
from apps.contacts.forms import NAME_IS_TAKEN, OrganisationForm
from apps.contacts.models import Organisation
from apps.contacts.versions import EditConflictError


@login_required
def organisation_list(request: HttpRequest) -> HttpResponse:
    form = OrganisationListForm.understood(request.GET)
    page = form.page_of(form.organisations())
    return render(
        request,
        "contacts/organisation_list.html",
        {"form": form, "page_obj": page, "section": "organisations"},
    )


@login_required
def organisation_detail(request: HttpRequest, pk: int) -> HttpResponse:
    organisation = get_object_or_404(Organisation.objects.with_contact_count(), pk=pk)
    # The list of contacts can be narrowed to one organisation: it shows the rest, page by page.
    contacts = organisation.contacts.by_name()[:ROWS_PER_PAGE]
    return render(
        request,
        "contacts/organisation_detail.html",
        {"organisation": organisation, "contacts": contacts, "section": "organisations"},
    )


@login_required
def organisation_create(request: HttpRequest) -> HttpResponse:
    return _edit(request, Organisation())


@login_required
def organisation_edit(request: HttpRequest, pk: int) -> HttpResponse:
    return _edit(request, get_object_or_404(Organisation, pk=pk))


def _edit(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    form = OrganisationForm(request.POST if request.method == "POST" else None, instance=organisation)
    if form.is_valid():
        try:
            services.save_organisation(organisation, seen_version=form.seen_version())
        except EditConflictError:
            form.come_back_after_conflict(get_object_or_404(Organisation, pk=organisation.pk))
        except services.NameTakenError:
            form.add_error("name", NAME_IS_TAKEN)
        else:
            messages.success(request, f"{organisation} is saved.")
            return redirect(organisation)
    return render(
        request,
        "contacts/organisation_form.html",
        {"form": form, "organisation": organisation, "section": "organisations"},
    )


@login_required
def organisation_delete(request: HttpRequest, pk: int) -> HttpResponse:
    organisation = get_object_or_404(Organisation, pk=pk)
    if request.method == "POST":
        services.delete(organisation)
        messages.success(request, f"{organisation} is deleted. Its contacts are kept.")
        return redirect("contacts:organisation_list")
    question = {
        "title": f"Delete {organisation}?",
        "text": _what_becomes_of(organisation.contacts.count()),
        "action": request.path,
        "cancel_url": organisation.get_absolute_url(),
    }
    return render(request, "confirm.html", {**question, "section": "organisations"})


def _what_becomes_of(contact_count: int) -> str:
    if contact_count == 0:
        return "It has no contacts. This cannot be undone."
    if contact_count == 1:
        return "Its one contact is kept, without an organisation. This cannot be undone."
    return f"Its {contact_count} contacts are kept, without an organisation. This cannot be undone."
