"""Old links and typed addresses: what makes no sense is left out and said, the rest is answered."""

import pytest
from django import forms
from django.http import QueryDict

from lib.forms import QueryForm


class BookQuery(QueryForm):
    q = forms.CharField(label="Search", required=False, max_length=10)
    year = forms.IntegerField(required=False, min_value=1)


def test_a_sound_query_is_answered_without_complaint():
    form = BookQuery.understood(QueryDict("q=ann&year=1900&utm=x"))
    assert (form.q(), form.year(), form.complaints) == ("ann", 1900, [])


@pytest.mark.parametrize("year", ["x", "0", "1e309", "%00"])
def test_what_makes_no_sense_is_left_out_and_said(year):
    form = BookQuery.understood(QueryDict(f"q=ann&year={year}"))
    assert (form.q(), form.year()) == ("ann", None)
    assert len(form.complaints) == 1
    assert form.complaints[0].startswith("Year: ")


def test_complaints_of_one_form_are_not_those_of_the_next():
    BookQuery.understood(QueryDict("year=x"))
    assert BookQuery.understood(QueryDict("")).complaints == []
