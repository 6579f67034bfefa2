from allauth.account.models import EmailAddress
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from apps.contacts.models import Contact, Organisation

RECENT_CONTACTS = 5


@login_required
def dashboard(request: HttpRequest) -> HttpResponse:
    contacts = Contact.objects.select_related("organisation")
    return render(
        request,
        "dashboard/dashboard.html",
        {
            "contact_count": Contact.objects.count(),
            "organisation_count": Organisation.objects.count(),
            "recent_contacts": contacts.newest_first()[:RECENT_CONTACTS],
            "email_verified": EmailAddress.objects.filter(user=request.user.pk, verified=True).exists(),
            # Left by the sign-up for the first visit only: how long it took to build this workspace.
            "provisioned_ms": request.session.pop("provisioned_ms", None),
        },
    )
