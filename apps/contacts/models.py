"""Contacts, where they work, how to call them and what was said."""

from collections.abc import Sequence

from django.conf import settings
from django.db import models
from django.db.models.functions import Length, Lower
from django.db.models.lookups import LessThanOrEqual
from django.urls import reverse

from apps.contacts.search import holding, searched_by
from apps.contacts.tel_urls import tel_url
from apps.contacts.validators import phone_number
from apps.contacts.versions import Versioned

NOTE_MAX_CHARACTERS = 10_000


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def matching(self, words: str) -> "OrganisationQuerySet":
        """Keep those whose name or city holds every one of the words."""
        found = self
        for word in words.split():
            found = found.filter(holding("searchable_name", word) | holding("searchable_city", word))
        return found

    def named(self, name: str) -> "OrganisationQuerySet":
        """Keep the one that people would call by this name, in any letter case."""
        return self.annotate(lower_name=Lower("name")).filter(lower_name=Lower(models.Value(name)))

    def with_contact_count(self) -> "OrganisationQuerySet":
        # The order is said again: Django leaves out that of the model when it groups.
        return self.annotate(contact_count=models.Count("contacts")).order_by(Lower("name"))


class Organisation(Versioned):
    name = models.CharField(max_length=200)
    website = models.URLField(blank=True)
    city = models.CharField(max_length=100, blank=True)
    searchable_name = searched_by("name")
    searchable_city = searched_by("city")

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        ordering = [Lower("name")]
        constraints = [
            models.CheckConstraint(condition=~models.Q(name=""), name="organisation_has_name"),
            # Its index also serves the ordering.
            models.UniqueConstraint(Lower("name"), name="organisation_name_once"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("contacts:organisation_detail", args=[self.pk])


class ContactQuerySet(models.QuerySet["Contact"]):
    def matching(self, words: str) -> "ContactQuerySet":
        """Keep those that hold every one of the words, each in any of the places people search by."""
        found = self
        for word in words.split():
            # EXISTS, not a join: a contact with three numbers is still one row.
            numbers = PhoneNumber.objects.filter(contact=models.OuterRef("pk"), number__icontains=word)
            found = found.filter(
                holding("searchable", word)
                | holding("organisation__searchable_name", word)
                | models.Exists(numbers)
            )
        return found

    def for_list(self) -> "ContactQuerySet":
        """Load what a row of a list shows, in two queries for any number of rows."""
        return self.select_related("organisation").prefetch_related("phone_numbers")

    def by_name(self) -> "ContactQuerySet":
        return self.order_by(Lower("last_name"), Lower("first_name"), "pk")

    def newest_first(self) -> "ContactQuerySet":
        return self.order_by("-created_at", "-pk")


class Contact(Versioned):
    first_name = models.CharField(max_length=100, blank=True)
    last_name = models.CharField(max_length=100, blank=True)
    email = models.EmailField("e-mail", blank=True)
    job_title = models.CharField(max_length=100, blank=True)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.SET_NULL, null=True, blank=True, related_name="contacts"
    )
    searchable = searched_by("first_name", "last_name", "email")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )

    objects = ContactQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(first_name="", last_name=""),
                name="contact_has_name",
                violation_error_message="Give a first name or a last name.",
            ),
        ]
        indexes = [  # one for each order of the list that starts at the contact's own columns
            models.Index(Lower("last_name"), Lower("first_name"), "id", name="contact_by_name"),
            models.Index(Lower("email"), "id", name="contact_by_email"),
            models.Index(fields=["updated_at", "id"], name="contact_by_updated_at"),
            models.Index(fields=["created_at", "id"], name="contact_by_created_at"),
        ]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def get_absolute_url(self) -> str:
        return reverse("contacts:detail", args=[self.pk])

    def phone_numbers_text(self) -> str:
        """Return all numbers in one line, as they are stored."""
        return "; ".join(map(str, self.phone_numbers.all()))

    def replace_phone_numbers(self, numbers: Sequence[tuple[str, str]]) -> None:
        """Make these pairs of kind and number the contact's only ones."""
        if list(self.phone_numbers.values_list("kind", "number")) == list(numbers):
            return
        self.phone_numbers.all().delete()
        PhoneNumber.objects.bulk_create(
            PhoneNumber(contact=self, kind=kind, number=number) for kind, number in numbers
        )


class PhoneNumber(models.Model):
    class Kind(models.TextChoices):
        MOBILE = "mobile", "Mobile"
        WORK = "work", "Work"
        HOME = "home", "Home"
        OTHER = "other", "Other"

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="phone_numbers")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.MOBILE)
    number = models.CharField(max_length=32, validators=[phone_number])

    class Meta:
        ordering = ["pk"]  # as they were typed
        constraints = [
            models.CheckConstraint(condition=~models.Q(number=""), name="phone_number_is_not_empty"),
            models.CheckConstraint(
                condition=models.Q(kind__in=["mobile", "work", "home", "other"]),
                name="phone_number_kind_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.number}"

    def tel_url(self) -> str:
        return tel_url(self.number)


class NoteQuerySet(models.QuerySet["Note"]):
    def deletable_by(self, user_id: int | None) -> "NoteQuerySet":
        """Keep those the user wrote, and those whose author has left."""
        return self.filter(_deletable_by(user_id))

    def for_timeline(self, user_id: int | None) -> "NoteQuerySet":
        """Load what the page of a contact shows, in one query for any number of notes."""
        return self.select_related("author").annotate(is_deletable=_deletable_by(user_id))


def _deletable_by(user_id: int | None) -> models.Q:
    return models.Q(author=user_id) | models.Q(author=None)


class Note(models.Model):
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    body = models.TextField("note", max_length=NOTE_MAX_CHARACTERS)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = NoteQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(body=""), name="note_is_not_empty"),
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("body"), NOTE_MAX_CHARACTERS),
                name="note_is_not_too_long",
            ),
        ]

    def __str__(self) -> str:
        return self.body[:50]
