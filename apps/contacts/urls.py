from django.urls import path

from apps.contacts.views import contacts, notes, organisations

app_name = "contacts"

urlpatterns = [
    path("contacts/", contacts.contact_list, name="list"),
    path("contacts/new/", contacts.contact_create, name="create"),
    path("contacts/export.csv", contacts.contact_export, name="export"),
    path("contacts/<int:pk>/", contacts.contact_detail, name="detail"),
    path("contacts/<int:pk>/edit/", contacts.contact_edit, name="edit"),
    path("contacts/<int:pk>/delete/", contacts.contact_delete, name="delete"),
    path("contacts/<int:pk>/notes/", notes.note_create, name="note_create"),
    path("contacts/<int:pk>/notes/<int:note_pk>/delete/", notes.note_delete, name="note_delete"),
    path("organisations/", organisations.organisation_list, name="organisation_list"),
    path("organisations/new/", organisations.organisation_create, name="organisation_create"),
    path("organisations/<int:pk>/", organisations.organisation_detail, name="organisation_detail"),
    path("organisations/<int:pk>/edit/", organisations.organisation_edit, name="organisation_edit"),
    path("organisations/<int:pk>/delete/", organisations.organisation_delete, name="organisation_delete"),
]
