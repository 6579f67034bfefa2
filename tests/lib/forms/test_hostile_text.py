import pytest
from django import forms
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from lib.forms import FieldFailedError, Form
from lib.forms.hostile_text import MAX_LINE_LENGTH, MAX_TEXT_LENGTH

CHOICES = [("1", "One"), ("2", "Two")]


class EveryForm(Form):
    """One field of each kind that reads text."""

    text = forms.CharField(required=False)
    notes = forms.CharField(required=False, widget=forms.Textarea)
    secret = forms.CharField(required=False, strip=False, widget=forms.PasswordInput)
    token = forms.CharField(required=False, widget=forms.HiddenInput)
    number = forms.IntegerField(required=False, widget=forms.HiddenInput)
    price = forms.DecimalField(required=False)
    share = forms.FloatField(required=False)
    day = forms.DateField(required=False)
    moment = forms.SplitDateTimeField(required=False)
    span = forms.DurationField(required=False)
    email = forms.EmailField(required=False)
    site = forms.URLField(required=False, assume_scheme="https")
    slug = forms.SlugField(required=False)
    address = forms.GenericIPAddressField(required=False)
    key = forms.UUIDField(required=False)
    choice = forms.ChoiceField(required=False, choices=CHOICES)
    typed = forms.TypedChoiceField(required=False, choices=CHOICES, coerce=int)
    several = forms.MultipleChoiceField(required=False, choices=CHOICES)
    any_of = forms.Field(required=False)
    extra = forms.JSONField(required=False)


TEXT_FIELDS = [name for name in EveryForm.base_fields if name != "moment"]


def error_of(name, value):
    form = EveryForm({name: value})
    assert not form.is_valid(), f"{name} accepted {value!r}"
    assert list(form.errors) == [name]
    with pytest.raises(FieldFailedError):
        form.cleaned(name)
    return form.errors[name][0]


@pytest.mark.parametrize("name", TEXT_FIELDS)
@pytest.mark.parametrize("bad", ["\x00", "\x07", "\x1b", "\x7f", "\x9b", chr(0xD800), chr(0xDFFF), "\ufffd"])
def test_no_field_accepts_what_is_not_text(name, bad):
    sentence = error_of(name, f"ab{bad}c")
    assert f"U+{ord(bad):04X}" in sentence
    assert "after “ab”" in sentence


def test_a_value_of_nothing_but_a_bad_character_is_told_its_place():
    assert error_of("text", "\x00") == "Remove the invisible or unreadable character U+0000 at the beginning."


@pytest.mark.parametrize("name", ["text", "email", "token", "choice"])
@pytest.mark.parametrize("bad", ["\u202e", "\u202a", "\u2066", "\u2069"])
def test_names_cannot_be_turned_around(name, bad):
    assert f"U+{ord(bad):04X}" in error_of(name, f"ab{bad}c")


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("Alice\nBcc: bob", "Write this on one line."),
        ("Alice\u2028Bob", "Write this on one line."),
        ("Alice\tBob", "Write a space instead of the tab."),
        ("\u200b\u2060", "This contains only invisible characters."),
        ("\u3164", "This contains only invisible characters."),
        ("x" * (MAX_LINE_LENGTH + 1), "This has 10001 characters. Shorten it to 10000."),
    ],
)
def test_a_line_is_one_line_of_visible_text(value, sentence):
    assert error_of("text", value) == sentence


def test_each_part_of_a_split_field_is_looked_at():
    form = EveryForm({"moment_0": "2026-01-01", "moment_1": "10:00\x00"})
    assert "U+0000" in form.errors["moment"][0]


def test_each_of_several_choices_is_looked_at():
    form = EveryForm(QueryDict("several=1&several=2%00"))
    assert "U+0000" in form.errors["several"][0]


@pytest.mark.parametrize("value", [r'{"a": "\u0000"}', r'["\ud800"]', r'{"\u0000": 1}'])
def test_json_cannot_smuggle_it_in_by_escapes(value):
    assert "Remove the invisible or unreadable character" in error_of("extra", value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("text", "Zoë Müller-Łukasiewicz"),
        ("text", "עברית אבג"),
        ("text", "👩‍👩‍👧 ❤️"),
        ("text", "می‌خواهم"),  # Persian needs the zero-width non-joiner
        ("text", "   "),
        ("text", "Acme\t\r\n"),  # pasted from a spreadsheet; the field strips it
        ("number", "5\t"),
        ("notes", "one\r\n\ttwo\n\nthree"),
        ("notes", "\u2067עברית\u2069"),  # noqa: RUF001
        ("notes", "x" * MAX_TEXT_LENGTH),
        ("secret", " correct horse "),
        ("choice", "1"),
        ("extra", r'{"smile": "\ud83d\ude00"}'),
    ],
)
def test_what_people_write_passes(name, value):
    form = EveryForm({name: value})
    assert form.is_valid(), form.errors


def test_json_nested_too_deeply_is_an_error_of_the_field():
    assert error_of("extra", "[" * 90_000) == "This is nested too deeply."


def test_a_field_may_allow_more_than_the_usual_length():
    class LongForm(Form):
        key = forms.CharField(max_length=20_000)

    assert LongForm({"key": "x" * 15_000}).is_valid()


def test_a_refused_value_reaches_neither_the_field_nor_its_clean_method():
    reached = []

    class WatchedField(forms.CharField):
        def to_python(self, value):
            reached.append(value)
            return value

    class WatchedForm(Form):
        name = WatchedField()

        def clean_name(self):
            reached.append("clean_name")

    form = WatchedForm({"name": "a\x00"})
    assert not form.is_valid()
    assert reached == []


def test_a_disabled_field_ignores_what_was_submitted():
    class FrozenForm(Form):
        name = forms.CharField(disabled=True, initial="Acme")

    form = FrozenForm({"name": "\x00"})
    assert form.is_valid()
    assert form.name() == "Acme"


def test_query_strings_are_looked_at_alike():
    class SearchForm(Form):
        q = forms.CharField(required=False)

    assert "U+FFFD" in SearchForm(QueryDict("q=%ff")).errors["q"][0]
    assert "U+0000" in SearchForm(QueryDict("q=a%00")).errors["q"][0]


def test_a_refused_form_can_be_shown_again():
    html = EveryForm({"text": "<b>\x00", "notes": "\ufffd"}).as_p()
    assert "&lt;b&gt;" in html


HOSTILE = st.text(st.one_of(st.characters(), st.sampled_from('\x00\x1b\ud800\u202e\t\n0123456789-:.{}[]"')))


@given(
    st.dictionaries(st.sampled_from([*EveryForm.base_fields, "moment_0", "moment_1"]), HOSTILE, min_size=1)
)
def test_no_text_whatever_makes_a_form_crash_or_come_out_unstorable(values):
    form = EveryForm(values)
    form.is_valid()
    for value in form.cleaned_data.values():
        assert "\x00" not in str(value)
        str(value).encode("utf-8")
