import pytest
from django import forms

from lib.forms import Form


class Letter(Form):
    email = forms.EmailField()


@pytest.mark.parametrize("address", ["alice@acme.example", "Alice@ACME.example", "alice@bücher.example"])
def test_an_address_that_mail_can_reach_is_kept(address):
    form = Letter({"email": address})
    assert form.is_valid(), form.errors


@pytest.mark.parametrize(
    "address",
    [
        "a@" + "ü" * 60 + ".example",  # too long for a label once it is encoded
        "\u0130" * 62 + "@" + "a" * 60 + ".example",  # an I with a dot is two characters in lower case
        "\u017falice@acme.example",  # a long s, which Django's pattern takes for an s
    ],
)
def test_an_address_that_no_mail_can_reach_is_an_error_of_its_field(address):
    form = Letter({"email": address})
    assert not form.is_valid()
    assert "email" in form.errors
