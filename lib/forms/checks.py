"""System checks: a field whose name hides an attribute of its form has no accessor."""

import functools
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from django import forms
from django.apps import AppConfig
from django.core.checks import CheckMessage, Error
from django.utils.module_loading import autodiscover_modules

from lib.forms.accessors import FieldAccessors


def check_hidden_fields(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report fields of enhanced forms that `form.<name>()` cannot reach."""
    autodiscover_modules("forms")  # a form nobody imported yet is in no list of subclasses
    return [
        hidden_field_error(form_class, name)
        for form_class in enhanced_forms()
        for name in hidden_field_names(form_class)
    ]


def enhanced_forms(base: type[FieldAccessors] = FieldAccessors) -> Iterator[type[FieldAccessors]]:
    """Yield every form class that derives from FieldAccessors, each once."""
    seen = {base}
    waiting = [base]
    while waiting:
        for form_class in waiting.pop().__subclasses__():
            if form_class not in seen:
                seen.add(form_class)
                waiting.append(form_class)
                yield form_class


def hidden_field_names(form_class: type[FieldAccessors]) -> list[str]:
    """Return the declared fields whose name means something else on the form."""
    fields = getattr(form_class, "base_fields", {})
    return [
        name
        for name in fields
        if name not in form_class.without_accessor
        and (hasattr(form_class, name) or name in instance_attributes() or cleans_another(name, fields))
    ]


@functools.cache
def instance_attributes() -> frozenset[str]:
    """Return what a form sets on itself while it is made and validated: the class alone does not show it."""
    return frozenset({*vars(forms.Form()), "cleaned_data", "instance", "save_m2m"})


def cleans_another(name: str, fields: Collection[str]) -> bool:
    """Tell whether Django would call the accessor of `name` to clean another field."""
    return name.startswith("clean_") and name.removeprefix("clean_") in fields


def hidden_field_error(form_class: type[FieldAccessors], name: str) -> CheckMessage:
    form_name = form_class.__qualname__
    return Error(
        f"The field {name!r} of {form_name} has the name of something the form itself has or does, "
        f"so form.{name}() does not return its value.",
        hint=f"Rename the field, or add it to {form_name}.without_accessor and read it by "
        f"form.cleaned({name!r}).",
        obj=form_class,
        id="forms.E001",
    )
