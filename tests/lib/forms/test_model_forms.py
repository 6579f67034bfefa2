"""A model form, by a model Django brings along: nothing here needs a database."""

from django import forms
from django.contrib.contenttypes.models import ContentType

from lib.forms import ModelForm


class ContentTypeForm(ModelForm):
    note = forms.CharField(required=False)

    class Meta:
        model = ContentType
        fields = ["app_label", "model"]

    def _get_validation_exclusions(self):
        return {
            *super()._get_validation_exclusions(),
            "app_label",
            "model",
        }  # uniqueness would ask a database


def test_fields_of_the_model_and_of_the_form_answer_by_name():
    form = ContentTypeForm({"app_label": "contacts", "model": "contact", "note": "x"})
    assert form.is_valid(), form.errors
    assert (form.app_label(), form.model(), form.note()) == ("contacts", "contact", "x")
    assert form.instance.app_label == "contacts"


def test_hostile_text_never_reaches_the_model():
    form = ContentTypeForm({"app_label": "con\x00tacts", "model": "contact"})
    assert not form.is_valid()
    assert form.instance.app_label == ""
