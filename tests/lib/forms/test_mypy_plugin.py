"""The plugin, asked through mypy itself about one file of forms."""

from pathlib import Path

import pytest
from mypy import api

PROJECT_DIR = Path(__file__).parents[3]

SOURCE = """\
from datetime import date

from django import forms
from django.contrib.auth.forms import AuthenticationForm

from lib.forms import EnhancedForm, Form


class SignupForm(Form):
    email = forms.EmailField()
    accepted = forms.BooleanField()
    seats = forms.IntegerField()
    key = forms.UUIDField()


class LoginForm(EnhancedForm, AuthenticationForm):
    remember = forms.BooleanField()


def read(form: SignupForm, login: LoginForm) -> None:
    reveal_type(form.email())
    reveal_type(form.accepted())
    reveal_type(form.seats())
    reveal_type(form.key())
    reveal_type(form.cleaned("seats", int))
    reveal_type(form.cleaned_or_none("ends_on", date))
    reveal_type(form.is_bound)
    reveal_type(login.remember())
    reveal_type(login.username())
    reveal_type(login.added_while_running())
    form.emial()
    form.accepted or 1
"""


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """Return what mypy says, by the line of code it says it about."""
    folder = tmp_path_factory.mktemp("mypy")
    (folder / "signup.py").write_text(SOURCE)
    plugin = PROJECT_DIR / "lib/forms/mypy_plugin.py"
    (folder / "mypy.ini").write_text(
        f"[mypy]\nstrict = True\nplugins = {plugin}\nmypy_path = {PROJECT_DIR}\n"
    )
    # The cache stays from run to run: cold, the types of Django alone take a while.
    options = ["--config-file", str(folder / "mypy.ini"), "--cache-dir", str(PROJECT_DIR / "var/mypy-test")]
    output, errors, _ = api.run([*options, "--follow-imports", "silent", str(folder / "signup.py")])
    assert errors == ""
    lines = SOURCE.splitlines()
    found = [line.split(":", 3) for line in output.splitlines() if "signup.py:" in line]
    return {lines[int(number) - 1].strip(): message.strip() for _, number, _, message in found}


@pytest.mark.parametrize(
    ("expression", "kind"),
    [
        ("form.email()", "str"),
        ("form.accepted()", "bool"),
        ("form.seats()", "Any"),
        ("form.key()", "Any"),
        ('form.cleaned("seats", int)', "int"),
        ('form.cleaned_or_none("ends_on", date)', "datetime.date | None"),
        ("form.is_bound", "bool"),
        ("login.remember()", "bool"),
        ("login.username()", "Any"),
        ("login.added_while_running()", "Any"),
    ],
)
def test_values_have_the_type_their_field_cleans_to(answers, expression, kind):
    assert answers[f"reveal_type({expression})"] == f'Revealed type is "{kind}"'


def test_a_misspelt_field_is_an_error(answers):
    assert answers["form.emial()"].startswith('"SignupForm" has no field "emial"')


def test_forgotten_parentheses_are_an_error(answers):
    assert "could always be true in boolean context" in answers["form.accepted or 1"]
