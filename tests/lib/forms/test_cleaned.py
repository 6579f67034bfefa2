from datetime import date

import pytest
from django import forms

from lib.forms import FieldTypeError, Form, UnknownFieldError


class TrialForm(Form):
    ends_on = forms.DateField(required=False)
    password = forms.CharField()
    data = forms.CharField(required=False)
    without_accessor = ("data",)


def trial(**changed):
    form = TrialForm({"ends_on": "2026-01-31", "password": "secret", "data": "x"} | changed)
    assert form.is_valid(), form.errors
    return form


def test_it_returns_the_value_in_the_type_asked_for():
    assert trial().cleaned("ends_on", date) == date(2026, 1, 31)
    assert trial().cleaned("ends_on") == date(2026, 1, 31)


def test_it_reaches_a_field_whose_name_the_form_uses():
    assert trial().cleaned("data", str) == "x"


def test_another_type_is_a_type_error_that_does_not_show_the_value():
    with pytest.raises(TypeError) as caught:
        trial().cleaned("password", int)
    assert isinstance(caught.value, FieldTypeError)
    assert str(caught.value) == (
        "The field 'password' of TrialForm holds a str, not an int. Ask for the type the field cleans to."
    )


def test_none_points_to_the_way_for_optional_fields():
    with pytest.raises(
        FieldTypeError, match=r"holds None, not a date\. .* form\.cleaned_or_none\('ends_on', date\)"
    ):
        trial(ends_on="").cleaned("ends_on", date)


def test_an_optional_value_is_the_type_or_none_and_nothing_else():
    assert trial(ends_on="").cleaned_or_none("ends_on", date) is None
    assert trial().cleaned_or_none("ends_on", date) == date(2026, 1, 31)
    with pytest.raises(FieldTypeError):
        trial().cleaned_or_none("ends_on", int)


def test_a_misspelt_name_is_named():
    with pytest.raises(UnknownFieldError, match="Did you mean 'ends_on'"):
        trial().cleaned("end_on", date)
