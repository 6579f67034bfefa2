"""Teach mypy that `form.email()` is the cleaned value, and that `form.emial()` is a mistake.

mypy sees `email = EmailField()` in the class body and takes `form.email` for the field. At run time Django
moves declared fields away from the class, so the accessor is found instead. Wired in pyproject.toml:
`plugins = ["mypy_django_plugin.main", "lib/forms/mypy_plugin.py"]`.

Exact for text (str) and yes/no fields (bool). Other values are Any, because whether they may be None depends
on `required`, which is no part of a field's type: use form.cleaned(name, date) for those.
"""

from collections.abc import Callable

from mypy.nodes import TypeInfo
from mypy.plugin import AttributeContext, Plugin
from mypy.types import AnyType, CallableType, Instance, Type, TypeOfAny, get_proper_type

ACCESSORS = "lib.forms.accessors.FieldAccessors"
# Our base classes with no declared fields of others: what is neither field nor attribute is a typo.
PLAIN_FORM = "lib.forms.enhanced.Form"
FIELD = "django.forms.fields.Field"
# The first base class found here decides: a UUIDField is a CharField to Django, but cleans to no str.
CLEANED_TYPES = {
    "django.forms.fields.UUIDField": None,
    "django.forms.fields.JSONField": None,
    "django.forms.fields.NullBooleanField": None,
    "django.forms.fields.CharField": "builtins.str",
    "django.forms.fields.BooleanField": "builtins.bool",
}


class FormsPlugin(Plugin):
    def get_attribute_hook(self, fullname: str) -> Callable[[AttributeContext], Type] | None:
        class_name, _, name = fullname.rpartition(".")
        if class_name == ACCESSORS:
            return lambda context: self._undeclared(context, name)
        owner = self.lookup_fully_qualified(class_name) if "." in class_name else None
        info = owner.node if owner else None
        if isinstance(info, TypeInfo) and info.has_base("django.forms.forms.BaseForm"):
            return accessor_of_declared_field
        return None

    def _undeclared(self, context: AttributeContext, name: str) -> Type:
        """Refuse names __getattr__ would be asked for, where all fields are declared in sight."""
        form = get_proper_type(context.type)
        is_real = self.lookup_fully_qualified(f"{ACCESSORS}.{name}") is not None
        if not is_real and isinstance(form, Instance) and form.type.has_base(PLAIN_FORM):
            context.api.fail(
                f'"{form.type.name}" has no field "{name}"; '
                f'for a field added while running write form.cleaned("{name}")',
                context.context,
            )
        return context.default_attr_type


def accessor_of_declared_field(context: AttributeContext) -> Type:
    """Return the type `() -> value` where the attribute is a field of an enhanced form."""
    form, field = get_proper_type(context.type), get_proper_type(context.default_attr_type)
    if not (isinstance(form, Instance) and form.type.has_base(ACCESSORS)):
        return context.default_attr_type
    if not (isinstance(field, Instance) and field.type.has_base(FIELD)):
        return context.default_attr_type
    return CallableType(
        [], [], [], cleaned_type(field, context), context.api.named_generic_type("builtins.function", [])
    )


def cleaned_type(field: Instance, context: AttributeContext) -> Type:
    for known, cleaned in CLEANED_TYPES.items():
        if field.type.has_base(known):
            return context.api.named_generic_type(cleaned, []) if cleaned else AnyType(TypeOfAny.explicit)
    return AnyType(TypeOfAny.explicit)


def plugin(version: str) -> type[Plugin]:
    return FormsPlugin
