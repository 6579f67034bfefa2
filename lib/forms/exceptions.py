"""What can go wrong when a form is asked for a value, one class per cure."""

import difflib
from collections.abc import Sequence


class FormAccessError(Exception):
    """Base class of the errors below: a form was asked for a value it does not have."""


class NotValidatedError(FormAccessError):
    """Raised when a value is asked for before is_valid(), or of a form that was given no data."""

    def __init__(self, form_name: str, field_name: str, is_bound: bool) -> None:
        super().__init__(form_name, field_name, is_bound)
        self.form_name, self.field_name, self.is_bound = form_name, field_name, is_bound

    def __str__(self) -> str:
        if self.is_bound:
            return (
                f"{self.form_name} is not validated yet, so {self.field_name!r} has no value. "
                f"Call form.is_valid() first, and ask for values when it returned True."
            )
        return (
            f"{self.form_name} was given no data, so is_valid() is False and {self.field_name!r} has no "
            f"value. Make it with data, {self.form_name}(request.POST), and ask when is_valid() is True."
        )


class FieldFailedError(FormAccessError):
    """Raised when the value of a field that did not pass validation is asked for."""

    def __init__(self, form_name: str, field_name: str, errors: Sequence[str]) -> None:
        super().__init__(form_name, field_name, errors)
        self.form_name, self.field_name, self.errors = form_name, field_name, errors

    def __str__(self) -> str:
        return (
            f"The field {self.field_name!r} of {self.form_name} failed validation: {' '.join(self.errors)} "
            f"Ask for its value only when form.is_valid() returned True."
        )


class MissingValueError(FormAccessError):
    """Raised when validation left no value for a field although the field has no error."""

    def __init__(self, form_name: str, field_name: str) -> None:
        super().__init__(form_name, field_name)
        self.form_name, self.field_name = form_name, field_name

    def __str__(self) -> str:
        return (
            f"{self.form_name} has no cleaned value for {self.field_name!r}, though the field has no error. "
            f"Either clean() returned a dictionary without it (return self.cleaned_data), or a "
            f"clean_<field>() method asked for a field declared further down (ask in clean() instead)."
        )


class EmptyRowError(MissingValueError):
    """Raised when a value is asked for of a formset row that the person left empty."""

    def __str__(self) -> str:
        return (
            f"This {self.form_name} is an extra row of a formset and was left empty, so {self.field_name!r} "
            f"has no value. Skip such rows: `if form.has_changed()`."
        )


class UnknownFieldError(FormAccessError, AttributeError):
    """Raised when a form has neither a field nor an attribute of that name.

    It is an AttributeError, so hasattr(), copy and pickle work; its text is made only when somebody reads
    it, because Django asks each form for a clean_<field> method of each field.
    """

    def __init__(self, form_name: str, field_name: str, field_names: Sequence[str]) -> None:
        super().__init__(form_name, field_name, field_names)
        self.form_name, self.field_name, self.field_names = form_name, field_name, field_names
        # With the name set, Python does not add a second "Did you mean" to ours.
        self.name = field_name

    def __str__(self) -> str:
        nearest = difflib.get_close_matches(self.field_name, self.field_names, n=1)
        question = f" Did you mean {nearest[0]!r}?" if nearest else ""
        fields = ", ".join(self.field_names) or "none"
        return (
            f"{self.form_name} has no field or attribute {self.field_name!r}.{question} Its fields: {fields}."
        )


class FieldTypeError(FormAccessError, TypeError):
    """Raised when a cleaned value is not of the type that form.cleaned(name, type) names."""

    def __init__(self, form_name: str, field_name: str, expected: type, value: object) -> None:
        super().__init__(form_name, field_name, expected, value)
        self.form_name, self.field_name, self.expected, self.value = form_name, field_name, expected, value

    def __str__(self) -> str:
        # The type alone, not the value: this text reaches logs, and the value may be a password.
        sentence = (
            f"The field {self.field_name!r} of {self.form_name} holds {_with_article(type(self.value))}, "
            f"not {_with_article(self.expected)}."
        )
        if self.value is None:
            call = f"form.cleaned_or_none({self.field_name!r}, {self.expected.__name__})"
            return f"{sentence} If it may be left empty, write {call}."
        return f"{sentence} Ask for the type the field cleans to."


def _with_article(kind: type) -> str:
    if kind is type(None):
        return "None"
    return f"{'an' if kind.__name__[0] in 'aeiouAEIOU' else 'a'} {kind.__name__}"
