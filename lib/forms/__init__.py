"""Enhanced forms: `form.email()` where Django writes `form.cleaned_data["email"]`."""

from lib.forms.accessors import FieldAccessors
from lib.forms.enhanced import EnhancedForm, Form, ModelForm
from lib.forms.exceptions import (
    EmptyRowError,
    FieldFailedError,
    FieldTypeError,
    FormAccessError,
    MissingValueError,
    NotValidatedError,
    UnknownFieldError,
)
from lib.forms.hostile_text import RefusesHostileText
from lib.forms.queries import QueryForm

__all__ = [
    "EmptyRowError",
    "EnhancedForm",
    "FieldAccessors",
    "FieldFailedError",
    "FieldTypeError",
    "Form",
    "FormAccessError",
    "MissingValueError",
    "ModelForm",
    "NotValidatedError",
    "QueryForm",
    "RefusesHostileText",
    "UnknownFieldError",
]
