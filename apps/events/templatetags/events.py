from django import template
from django.db.models import Model
from django.urls import reverse
from django.utils.http import urlencode

from apps.events.subjects import Subject

register = template.Library()


@register.filter
def history_url(row: Model) -> str:
    """Return the address of all that was done to a row: `{{ contact|history_url }}`."""
    return f"{reverse('events:list')}?{urlencode({'about': str(Subject.of(row))})}"
