import copy
import pickle

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.template import Context, Engine
from hypothesis import given
from hypothesis import strategies as st

from lib.forms import (
    EnhancedForm,
    FieldFailedError,
    Form,
    MissingValueError,
    NotValidatedError,
    UnknownFieldError,
)


class SignupForm(Form):
    company_name = forms.CharField()
    email = forms.EmailField()
    seats = forms.IntegerField(required=False)


GOOD = {"company_name": "Acme", "email": "alice@acme.test", "seats": "3"}


def validated(form):
    assert form.is_valid(), form.errors
    return form


def test_it_returns_cleaned_values_by_name():
    form = validated(SignupForm(GOOD))
    assert (form.company_name(), form.email(), form.seats()) == ("Acme", "alice@acme.test", 3)


def test_it_returns_none_for_a_number_left_empty():
    assert validated(SignupForm(GOOD | {"seats": ""})).seats() is None


def test_it_reads_prefixed_data():
    form = validated(SignupForm({f"acme-{name}": value for name, value in GOOD.items()}, prefix="acme"))
    assert form.company_name() == "Acme"


def test_it_follows_later_changes_of_cleaned_data():
    form = validated(SignupForm(GOOD))
    accessor = form.company_name
    form.cleaned_data["company_name"] = "Globex"
    assert accessor() == "Globex"


def test_asking_before_validation_says_to_call_is_valid():
    with pytest.raises(
        NotValidatedError, match=r"SignupForm is not validated yet.*Call form\.is_valid\(\) first"
    ):
        SignupForm(GOOD).email()


@pytest.mark.parametrize("look", [lambda form: form.is_valid(), lambda form: form.errors])
def test_asking_a_form_without_data_says_to_give_it_data(look):
    form = SignupForm()
    look(form)
    with pytest.raises(NotValidatedError, match=r"was given no data.*SignupForm\(request\.POST\)"):
        form.email()


def test_asking_for_a_failed_field_names_the_field_and_its_errors():
    form = SignupForm(GOOD | {"email": "alice"})
    assert not form.is_valid()
    with pytest.raises(
        FieldFailedError, match="'email' of SignupForm failed validation: Enter a valid email"
    ):
        form.email()


def test_fields_that_passed_are_there_although_another_failed():
    form = SignupForm(GOOD | {"email": "alice"})
    assert not form.is_valid()
    assert form.company_name() == "Acme"


def test_an_error_added_after_validation_fails_the_field():
    form = validated(SignupForm(GOOD))
    form.add_error("company_name", "This name is taken.")
    with pytest.raises(FieldFailedError, match="This name is taken"):
        form.company_name()


def test_an_unknown_name_is_an_attribute_error_that_knows_the_nearest_field():
    form = SignupForm(GOOD)
    with pytest.raises(AttributeError) as caught:
        form.emial  # noqa: B018
    assert isinstance(caught.value, UnknownFieldError)
    assert str(caught.value) == (
        "SignupForm has no field or attribute 'emial'. Did you mean 'email'? "
        "Its fields: company_name, email, seats."
    )


def test_hasattr_getattr_and_dir_know_fields_and_nothing_else():
    form = SignupForm(GOOD)
    assert hasattr(form, "email")
    assert not hasattr(form, "clean_email")
    assert not hasattr(form, "__deepcopy__")
    assert getattr(form, "phone", None) is None
    assert {"email", "company_name", "is_valid", "fields"} <= set(dir(form))


def test_a_clean_that_returns_another_dictionary_is_reported():
    class ForgetfulForm(SignupForm):
        def clean(self):
            return {"email": "bob@acme.test"}

    form = validated(ForgetfulForm(GOOD))
    assert form.email() == "bob@acme.test"
    with pytest.raises(MissingValueError, match=r"clean\(\) returned a dictionary without it"):
        form.seats()


def test_fields_added_and_removed_while_running_are_followed():
    class DynamicForm(SignupForm):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.fields["plan"] = forms.ChoiceField(choices=[("small", "Small")])
            del self.fields["seats"]

    form = validated(DynamicForm(GOOD | {"plan": "small"}))
    assert form.plan() == "small"
    assert not hasattr(form, "seats")


# --- Rules over several fields


class RangeForm(Form):
    low = forms.IntegerField()
    high = forms.IntegerField()

    def clean(self):
        if self.low() > self.high():
            raise ValidationError("The range is empty.")


def test_clean_may_use_accessors():
    assert RangeForm({"low": "1", "high": "2"}).is_valid()
    assert RangeForm({"low": "2", "high": "1"}).non_field_errors() == ["The range is empty."]


def test_clean_is_skipped_where_it_needs_a_field_that_failed():
    form = RangeForm({"low": "x", "high": "1"})
    assert form.errors == {"low": ["Enter a whole number."]}


def test_clean_of_one_field_is_skipped_where_it_needs_another_that_failed():
    class OrderedForm(Form):
        low = forms.IntegerField()
        high = forms.IntegerField()

        def clean_high(self):
            return self.high() - self.low()

    assert validated(OrderedForm({"low": "1", "high": "3"})).high() == 2
    assert OrderedForm({"low": "x", "high": "3"}).errors == {"low": ["Enter a whole number."]}


def test_clean_of_one_field_cannot_ask_for_a_later_field():
    class ImpatientForm(Form):
        low = forms.IntegerField()
        high = forms.IntegerField()

        def clean_low(self):
            return self.high()

    with pytest.raises(MissingValueError, match="declared further down"):
        ImpatientForm({"low": "1", "high": "3"}).is_valid()


# --- Mistakes inside a form are not hidden


class BrokenForm(Form):
    email = forms.EmailField()

    def clean_email(self):
        return self.email().lowercase()

    @property
    def greeting(self):
        return self.nothing_of_that_name


def test_an_attribute_error_in_a_clean_method_keeps_its_own_words():
    form = BrokenForm({"email": "alice@acme.test"})
    with pytest.raises(AttributeError, match="'str' object has no attribute 'lowercase'"):
        form.is_valid()


def test_a_form_whose_clean_method_crashed_never_becomes_valid():
    form = BrokenForm({"email": "alice@acme.test"})
    for _ in range(2):
        with pytest.raises(AttributeError, match="lowercase"):
            form.is_valid()
    with pytest.raises(NotValidatedError):
        form.email()


def test_an_attribute_error_in_a_property_keeps_its_own_words():
    with pytest.raises(UnknownFieldError, match="'nothing_of_that_name'"):
        BrokenForm().greeting  # noqa: B018


# --- The form stays a Django form


def test_normal_attributes_never_reach_getattr():
    asked = []

    class CountingForm(SignupForm):
        def __getattr__(self, name):
            asked.append(name)
            return super().__getattr__(name)

    form = validated(CountingForm(GOOD))
    asked.clear()  # Django's own hasattr(form, "clean_email") while validating
    _ = (
        form.fields,
        form.data,
        form.errors,
        form.cleaned_data,
        form.is_bound,
        form.media,
        form["email"],
        list(form),
    )
    form.is_valid()
    form.cleaned("email", str)
    assert asked == []
    form.email()
    assert asked == ["email"]


def test_an_unknown_name_costs_no_search_for_the_nearest_until_somebody_reads_the_error(monkeypatch):
    def fail(*args, **kwargs):
        raise AssertionError("searched")

    monkeypatch.setattr("difflib.get_close_matches", fail)
    assert not hasattr(SignupForm(GOOD), "clean_email")


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy])
def test_copies_keep_their_values(duplicate):
    form = duplicate(validated(SignupForm(GOOD)))
    assert form.email() == "alice@acme.test"


def test_a_form_can_be_pickled_like_any_django_form():
    form = pickle.loads(pickle.dumps(validated(SignupForm(GOOD))))
    assert form.email() == "alice@acme.test"


def test_errors_can_be_pickled():
    with pytest.raises(UnknownFieldError) as caught:
        SignupForm().emial  # noqa: B018
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_templates_still_get_the_bound_field():
    template = Engine().from_string("{{ form.email }}|{{ form.email.value }}|{{ form.phone }}")
    html = template.render(Context({"form": validated(SignupForm(GOOD))}))
    assert 'type="email"' in html
    assert html.endswith("|alice@acme.test|")


def test_it_enhances_forms_of_other_libraries():
    class LibraryForm(forms.Form):
        login = forms.CharField()
        password = forms.CharField()

        def login(self):  # noqa: F811
            return "logged in"

    class LoginForm(EnhancedForm, LibraryForm):
        login = forms.CharField()
        without_accessor = ("login",)

    form = validated(LoginForm({"login": "alice", "password": "secret"}))
    assert form.password() == "secret"
    assert form.cleaned("login", str) == "alice"


@given(st.text())
def test_any_name_that_is_no_field_is_an_attribute_error(name):
    form = SignupForm(GOOD)
    if name not in dir(form):
        assert not hasattr(form, name)


@given(
    st.dictionaries(
        st.from_regex(r"\A[a-z][a-z0-9]{0,8}\Z").filter(lambda name: not hasattr(Form(), name)),
        st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=30),
        max_size=5,
    )
)
def test_every_field_of_any_form_is_reachable(values):
    form_class = type("AnyForm", (Form,), {name: forms.CharField() for name in values})
    form = validated(form_class(values))
    assert {name: getattr(form, name)() for name in values} == form.cleaned_data
