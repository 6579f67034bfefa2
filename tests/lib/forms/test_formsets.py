import pytest
from django import forms

from lib.forms import EmptyRowError, Form, NotValidatedError


class InvitationForm(Form):
    email = forms.EmailField()
    role = forms.CharField(initial="member")


InvitationFormSet = forms.formset_factory(InvitationForm, extra=2)


def invitations(**rows):
    management = {"form-TOTAL_FORMS": "2", "form-INITIAL_FORMS": "0"}
    return InvitationFormSet(management | {name.replace("_", "-", 2): value for name, value in rows.items()})


def test_rows_answer_by_name():
    formset = invitations(
        form_0_email="alice@acme.test",
        form_0_role="owner",
        form_1_email="bob@acme.test",
        form_1_role="member",
    )
    assert formset.is_valid(), formset.errors
    assert [(form.email(), form.role()) for form in formset] == [
        ("alice@acme.test", "owner"),
        ("bob@acme.test", "member"),
    ]


def test_a_row_left_empty_says_so_and_how_to_skip_it():
    formset = invitations(form_0_email="alice@acme.test", form_0_role="owner", form_1_role="member")
    assert formset.is_valid(), formset.errors
    with pytest.raises(EmptyRowError, match=r"was left empty.*form\.has_changed\(\)"):
        formset[1].email()
    assert [form.email() for form in formset if form.has_changed()] == ["alice@acme.test"]


def test_rows_are_not_validated_before_the_formset():
    with pytest.raises(NotValidatedError):
        invitations(form_0_email="alice@acme.test")[0].email()


def test_hostile_text_in_a_row_is_an_error_of_that_row():
    formset = invitations(form_0_email="alice\x00@acme.test", form_0_role="owner")
    assert not formset.is_valid()
    assert "U+0000" in formset.errors[0]["email"][0]


def test_hostile_management_data_is_an_error_not_a_crash():
    formset = InvitationFormSet({"form-TOTAL_FORMS": "\x00", "form-INITIAL_FORMS": "9" * 5000})
    assert not formset.is_valid()
