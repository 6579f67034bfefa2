"""allauth's forms speak like ours."""

import pytest
from django.conf import settings
from django.utils.module_loading import import_string


@pytest.fixture(params=settings.ACCOUNT_FORMS)
def form(request, cast, rf):
    made_with = {
        "change_password": {"user": cast.alice},
        "confirm_email_verification_code": {"code": "ABC-DEF", "user": cast.alice},
        "confirm_password_reset_code": {"code": "ABC-DEF"},
        "reauthenticate": {"user": cast.alice},
        "reset_password_from_key": {"user": cast.alice},
    }
    return import_string(settings.ACCOUNT_FORMS[request.param])(**made_with.get(request.param, {}))


def test_labels_are_in_sentence_case(form):
    for name, field in form.fields.items():
        label = str(field.label or name)
        assert label[0].isupper(), label
        assert label[1:] == label[1:].lower(), label
        assert "(" not in label, label
