"""`form.email()`: the cleaned value of a field, asked for by its name."""

from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, overload

from lib.forms.exceptions import (
    EmptyRowError,
    FieldFailedError,
    FieldTypeError,
    MissingValueError,
    NotValidatedError,
    UnknownFieldError,
)

if TYPE_CHECKING:
    from django.forms import BaseForm as MixedIntoForm
else:
    MixedIntoForm = object

T = TypeVar("T")


class FieldAccessors(MixedIntoForm):
    """Mix into any Django form, left of the form class, to ask for values as `form.email()`."""

    # Fields whose name the form itself uses, such as `login` of a form that has a method login().
    # System check forms.E001 lets these pass; their values come from form.cleaned("login").
    without_accessor: ClassVar[Collection[str]] = ()

    def __getattr__(self, name: str) -> Callable[[], Any]:
        """Return a function that returns the cleaned value of the field `name`.

        Raises:
            UnknownFieldError: there is no such field. Python asks here only after the normal look-up
                failed, so methods and attributes cost what they cost without this class.
        """
        # In __dict__, because copy and pickle ask for attributes of a form that has no fields yet.
        fields = self.__dict__.get("fields", {})
        if name in fields:

            def cleaned_value() -> Any:
                return self.cleaned(name)

            return cleaned_value
        if hasattr(type(self), name):
            # A property of the form raised AttributeError, and Python hid that to ask here. Raise it again.
            return object.__getattribute__(self, name)  # type: ignore[no-any-return]
        raise UnknownFieldError(type(self).__name__, name, tuple(fields))

    def __dir__(self) -> Iterable[str]:
        return [*super().__dir__(), *self.__dict__.get("fields", {})]

    @overload
    def cleaned(self, name: str) -> Any: ...
    @overload
    def cleaned(self, name: str, kind: type[T]) -> T: ...
    def cleaned(self, name: str, kind: type[Any] = object) -> Any:
        """Return the cleaned value of the field `name`, checked to be a `kind`.

        For values whose type matters, fields added while running, and names that hide a method of the form.

        Raises:
            FormAccessError: the subclass says why there is no such value.
        """
        value = self._cleaned_value(name)
        if not isinstance(value, kind):
            raise FieldTypeError(type(self).__name__, name, kind, value)
        return value

    def cleaned_or_none(self, name: str, kind: type[T]) -> T | None:
        """Return the cleaned value of a field that may be left empty, checked to be a `kind` or None."""
        return None if self._cleaned_value(name) is None else self.cleaned(name, kind)

    def _cleaned_value(self, name: str) -> Any:
        form_name = type(self).__name__
        if name not in self.fields:
            raise UnknownFieldError(form_name, name, tuple(self.fields))
        if not self.is_bound or self._errors is None:
            raise NotValidatedError(form_name, name, self.is_bound)
        if name in self._errors:
            raise FieldFailedError(form_name, name, [str(error) for error in self._errors[name]])
        if name in self.cleaned_data:
            return self.cleaned_data[name]
        left_empty = self.empty_permitted and not self.has_changed()
        raise (EmptyRowError if left_empty else MissingValueError)(form_name, name)

    def full_clean(self) -> None:
        """Validate as Django does, but leave no half-validated form behind when a clean method crashes.

        Django's form would report itself valid the second time it is asked.
        """
        try:
            super().full_clean()
        except BaseException:
            self._errors = None
            self.__dict__.pop("cleaned_data", None)
            raise

    def _clean_form(self) -> None:
        """Run clean(), which may ask for a field that failed: its rule is then skipped."""
        # The form is refused for that field already. No second message that names no cause.
        with suppress(FieldFailedError):
            super()._clean_form()  # type: ignore[misc]
