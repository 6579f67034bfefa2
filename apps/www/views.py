from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from apps.www.finder import mail_workspaces
from apps.www.forms import FinderForm
from lib.security.rate_limits import rate_limited


@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    return render(request, "www/landing.html")


@rate_limited("finder", limit=10, seconds=3600, methods=["POST"])
def finder(request: HttpRequest) -> HttpResponse:
    """Mail somebody the addresses of their workspaces. The page never tells whether there are any."""
    form = FinderForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        mail_workspaces(form.email())
        return redirect("www:finder_sent")
    return render(request, "www/finder.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
def finder_sent(request: HttpRequest) -> HttpResponse:
    return render(request, "www/finder_sent.html")
