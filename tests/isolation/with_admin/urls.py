"""A company's host with Django's admin beside our own pages."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import URLField
from django.urls import include, path

from apps.accounts.models import User
from apps.contacts.models import Contact, Note, Organisation, PhoneNumber


class Site(admin.AdminSite):
    """Let superusers in: our users have no `is_staff`."""

    def has_permission(self, request: Any) -> bool:
        return request.user.is_active and request.user.is_superuser


class PhoneNumbers(admin.TabularInline):
    model = PhoneNumber
    extra = 0


class Organisations(admin.ModelAdmin):
    list_display = ("name", "city")
    # Until Django 6 its default is http, of which it warns.
    formfield_overrides = {URLField: {"assume_scheme": "https"}}
    list_filter = ("city",)
    search_fields = ("name",)
    actions = ("move_to_springfield",)

    @admin.action(description="Move to Springfield")
    def move_to_springfield(self, request: Any, queryset: Any) -> None:
        queryset.update(city="Springfield")
        self.message_user(request, "Moved.")


class Contacts(admin.ModelAdmin):
    autocomplete_fields = ("organisation",)
    inlines = (PhoneNumbers,)
    list_select_related = ("organisation",)
    search_fields = ("last_name",)


site = Site()
site.register(Organisation, Organisations)
site.register(Contact, Contacts)
site.register([Note, Group])
site.register(User, list_display=("email", "full_name"), search_fields=("email",), exclude=("password",))

urlpatterns = [path("admin/", site.urls), path("", include("config.urls.tenant"))]
