"""The form classes an app derives from."""

from django import forms

from lib.forms.accessors import FieldAccessors
from lib.forms.hostile_text import RefusesHostileText


class EnhancedForm(RefusesHostileText, FieldAccessors):
    """Give a form of another library what ours have: `class LoginForm(EnhancedForm, allauth.LoginForm)`."""


class Form(EnhancedForm, forms.Form):
    """A Django form whose cleaned values are asked for by name: `form.email()`."""


class ModelForm(EnhancedForm, forms.ModelForm):  # type: ignore[type-arg]
    """A Django model form whose cleaned values are asked for by name: `form.email()`."""
