import pytest
from django import forms
from django.core.checks.registry import registry

from lib.forms import EnhancedForm, Form
from lib.forms.checks import check_hidden_fields, enhanced_forms, hidden_field_names


@pytest.mark.parametrize(
    "name",
    ["data", "errors", "files", "clean", "fields", "prefix", "media", "is_valid", "cleaned", "cleaned_data"],
)
def test_a_field_named_like_something_of_the_form_is_found(name):
    form_class = type("HidingForm", (Form,), {name: forms.CharField()})
    assert hidden_field_names(form_class) == [name]


def test_a_field_that_hides_a_method_of_the_own_form_is_found():
    class Base(Form):
        def send(self):
            pass

    class SendForm(Base):
        send = forms.BooleanField()

    assert hidden_field_names(SendForm) == ["send"]


def test_a_field_that_would_be_taken_for_a_clean_method_is_found():
    class OddForm(Form):
        email = forms.EmailField()
        clean_email = forms.BooleanField()
        clean_house = forms.BooleanField()

    assert hidden_field_names(OddForm) == ["clean_email"]


def test_ordinary_fields_pass():
    class PlainForm(Form):
        name = forms.CharField()
        email = forms.EmailField()

    assert hidden_field_names(PlainForm) == []


def test_the_error_names_the_form_the_field_and_the_two_cures():
    class DataForm(Form):
        data = forms.CharField()

    (error,) = [found for found in check_hidden_fields(None) if found.obj is DataForm]
    assert error.id == "forms.E001"
    assert "'data'" in error.msg
    assert "Rename the field" in error.hint
    assert "form.cleaned('data')" in error.hint


def test_a_form_may_declare_that_it_knows():
    class KnowingForm(EnhancedForm, forms.Form):
        data = forms.CharField()
        without_accessor = ("data",)

    assert hidden_field_names(KnowingForm) == []


def test_subclasses_of_subclasses_are_walked_once():
    class First(Form):
        pass

    class Second(First):
        pass

    found = list(enhanced_forms())
    assert found.count(Second) == 1


def test_it_is_registered_and_the_product_has_no_such_field():
    assert check_hidden_fields in registry.get_checks()
    product = ("apps.", "lib.")
    assert [error for error in check_hidden_fields(None) if error.obj.__module__.startswith(product)] == []
