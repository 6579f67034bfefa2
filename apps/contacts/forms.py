"""What may be typed: a contact with its phone numbers, an organisation, a note."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from apps.contacts.models import Contact, Note, Organisation, PhoneNumber
from apps.contacts.validators import phone_number
from apps.contacts.versions import SavedValue, Versioned, VersionedForm
from lib.forms import Form, ModelForm

# The browser would offer the address of the person who types, not of the one who is typed in.
NOT_ABOUT_ME = {"autocomplete": "off"}

NAME_IS_TAKEN = "There is an organisation of this name already."


class PhoneNumberForm(Form):
    """One row. It is not tied to a stored number: a row without a number is simply no number."""

    kind = forms.ChoiceField(choices=PhoneNumber.Kind.choices, initial=PhoneNumber.Kind.MOBILE)
    number = forms.CharField(
        required=False,
        max_length=32,
        validators=[phone_number],
        widget=forms.TextInput(attrs={"type": "tel", **NOT_ABOUT_ME}),
    )


# Two rows are free for those who have no JavaScript to add more.
PhoneNumberFormSet = forms.formset_factory(
    PhoneNumberForm, extra=2, max_num=20, absolute_max=40, validate_max=True
)


class ContactForm(VersionedForm):
    """A contact together with its phone numbers: they are valid, saved and refused as one."""

    organisation = forms.ModelChoiceField(
        queryset=Organisation.objects.all(), required=False, empty_label="None"
    )

    class Meta:
        model = Contact
        fields = ["first_name", "last_name", "job_title", "organisation", "email"]
        help_texts = {"first_name": "A first name or a last name is needed."}
        widgets = {
            "first_name": forms.TextInput(attrs=NOT_ABOUT_ME),
            "last_name": forms.TextInput(attrs=NOT_ABOUT_ME),
            "job_title": forms.TextInput(attrs=NOT_ABOUT_ME),
            "email": forms.EmailInput(attrs=NOT_ABOUT_ME),
        }

    def __init__(self, data: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.phone_rows = PhoneNumberFormSet(data, prefix="phone", initial=self._stored_phone_numbers())

    def _stored_phone_numbers(self) -> list[dict[str, str]] | None:
        if self.is_bound or self.instance.pk is None:
            return None
        return [{"kind": row.kind, "number": row.number} for row in self.instance.phone_numbers.all()]

    def is_valid(self) -> bool:
        # Both, so that the errors of both are shown at once.
        return all([super().is_valid(), self.phone_rows.is_valid()])

    def phone_numbers(self) -> list[tuple[str, str]]:
        """Return the pairs of kind and number that were typed."""
        return [(row.kind(), row.number()) for row in self.phone_rows if row.has_changed() and row.number()]

    def differences_from(self, saved: Versioned) -> list[SavedValue]:
        differences = super().differences_from(saved)
        numbers = list(PhoneNumber.objects.filter(contact=saved.pk))
        if [(number.kind, number.number) for number in numbers] != self.phone_numbers():
            differences.append(SavedValue("Phone numbers", "; ".join(map(str, numbers)) or "(none)"))
        return differences


class OrganisationForm(VersionedForm):
    website = forms.URLField(
        required=False,
        max_length=200,
        assume_scheme="https",
        help_text="For example www.example.com",
        # Typing the scheme is left to the form, so the browser must not insist on it.
        widget=forms.TextInput(attrs={"inputmode": "url", **NOT_ABOUT_ME}),
    )

    class Meta:
        model = Organisation
        fields = ["name", "website", "city"]
        widgets = {
            "name": forms.TextInput(attrs=NOT_ABOUT_ME),
            "city": forms.TextInput(attrs=NOT_ABOUT_ME),
        }

    def clean_name(self) -> str:
        name: str = self.name()
        if Organisation.objects.named(name).exclude(pk=self.instance.pk).exists():
            raise ValidationError(NAME_IS_TAKEN, code="unique")
        return name


class NoteForm(ModelForm):
    class Meta:
        model = Note
        fields = ["body"]
        labels = {"body": "New note"}
        widgets = {"body": forms.Textarea(attrs={"rows": 3})}
