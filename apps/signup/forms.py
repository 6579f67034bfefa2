from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password

from apps.accounts.models import User
from apps.signup.availability import free_alternative, is_taken
from lib.forms import Form
from lib.tenancy.exceptions import InvalidSubdomainError
from lib.tenancy.subdomains import MAX_LABEL_CHARACTERS, clean_subdomain, suggest_subdomain


class SubdomainField(forms.CharField):
    """The first label of a company's address: folded to lower case, refused with a reason."""

    def clean(self, value: object) -> str:
        text = super().clean(value)
        try:
            return clean_subdomain(text)
        except InvalidSubdomainError as error:
            raise forms.ValidationError(error.reason, code="invalid") from error


class SignupForm(Form):
    company_name = forms.CharField(
        label="Company name",
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "organization", "autofocus": True}),
    )
    subdomain = SubdomainField(
        label="Workspace address",
        # Longer than an address may be, so that the field's own sentence is the one people read.
        max_length=MAX_LABEL_CHARACTERS * 4,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    contact_name = forms.CharField(
        label="Your name", max_length=100, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = forms.EmailField(
        label="Your e-mail address", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    password = forms.CharField(
        label="Password",
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, data: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        if data is not None and not data.get("subdomain", "").strip():
            self._fill_in_suggestion(data)

    def _fill_in_suggestion(self, data: Mapping[str, Any]) -> None:
        """Do on the server what the page's script does while one types: the form comes back with it."""
        suggestion = suggest_subdomain(data.get("company_name", ""))
        if suggestion:
            self.data = {**{name: data.get(name, "") for name in self.fields}, "subdomain": suggestion}
            self.fields["subdomain"].validators = [refuse_unseen]

    def clean_subdomain(self) -> str:
        subdomain = self.cleaned("subdomain", str)
        if is_taken(subdomain):
            raise forms.ValidationError(taken_message(subdomain), code="taken")
        return subdomain

    def clean(self) -> None:
        super().clean()
        password = self.cleaned_data.get("password")
        if password:
            person = User(
                email=self.cleaned_data.get("email", ""), full_name=self.cleaned_data.get("contact_name", "")
            )
            try:
                validate_password(password, person)
            except forms.ValidationError as error:
                self.add_error("password", error)

    def say_taken(self) -> None:
        """Say at the field that somebody was quicker, after the form was valid."""
        self.add_error("subdomain", forms.ValidationError(taken_message(self.subdomain()), code="taken"))


def refuse_unseen(value: str) -> None:
    """Refuse an address that its owner has not seen yet."""
    raise forms.ValidationError(
        "We suggest this address. Change it if you like, and send again.", code="unseen"
    )


def taken_message(subdomain: str) -> str:
    """Return the sentence for a subdomain somebody has, with one that is free."""
    alternative = free_alternative(subdomain)
    return f"{subdomain} is taken. {alternative} is free." if alternative else f"{subdomain} is taken."
