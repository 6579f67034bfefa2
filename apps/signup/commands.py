"""What signing up has done elsewhere."""

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string

from apps.accounts.models import User
from lib.commands import command
from lib.tenancy import current_tenant, tenant_url


@command(retries=10, backoff_seconds=30)
def mail_welcome(owner_id: int) -> None:
    """Mail the founder of the current company where it is, so that they find it again."""
    owner = User.objects.get(pk=owner_id)
    # The address, not the company's name: that is anybody's text, and the mail may go to a stranger.
    context = {"url": tenant_url(current_tenant(), "dashboard:dashboard"), "email": owner.email}
    text = render_to_string("emails/welcome.txt", context)
    subject = f"[{current_tenant().subdomain}] Your Terrace workspace is ready"
    send_mail(subject, text, settings.DEFAULT_FROM_EMAIL, [owner.email])
