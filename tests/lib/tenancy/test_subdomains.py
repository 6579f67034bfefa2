import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.tenancy.exceptions import InvalidSubdomainError
from lib.tenancy.identifiers import quote_identifier, schema_name_for
from lib.tenancy.subdomains import clean_subdomain, suggest_subdomain


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("acme", "acme"),
        ("  Acme ", "acme"),
        ("ACME-2", "acme-2"),
        ("3m", "3m"),
        ("a", "a"),
        ("a" * 63, "a" * 63),
    ],
)
def test_it_keeps_good_subdomains_in_lower_case(typed, kept):
    assert clean_subdomain(typed) == kept


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "letters"),
        ("   ", "letters"),
        ("a" * 64, "63"),
        ("a" * 10_000, "63"),
        ("acme.evil", "dot"),
        ("ac_me", "underscore"),
        ("-acme", "Begin"),
        ("acme-", "End"),
        ("ac--me", "one hyphen"),
        ("xn--mnchen-3ya", "xn--"),
        ("münchen", "accents"),
        ("\u0430cme", "accents"),  # the first letter is Cyrillic
        ("ac me", "only letters"),
        ("acme\n2", "only letters"),
        ("acme\0", "only letters"),
        ("acme;drop", "only letters"),
        ("www", "kept"),
        ("WWW2", "kept"),
        ("api", "kept"),
        ("apis", "kept"),
        ("admin", "kept"),
        ("admins", "kept"),
        ("mail-1", "kept"),
        ("static", "kept"),
        ("support", "kept"),
        ("localhost", "kept"),
        ("123", "kept"),
    ],
)
def test_it_says_why_a_subdomain_is_refused(typed, reason):
    with pytest.raises(InvalidSubdomainError) as raised:
        clean_subdomain(typed)
    assert reason in raised.value.reason


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [
        ("Acme", "acme"),
        ("My Great Company, Inc.", "my-great-company-inc"),
        ("Müller & Söhne", "muller-and-sohne"),
        ("Straße 7", "strasse-7"),
        ("Łódź Ørsted", "lodz-orsted"),
        ("  --  ", ""),
        ("日本", ""),
        ("Admin", ""),
        ("x" * 200, "x" * 63),
    ],
)
def test_it_suggests_a_subdomain_for_a_name(name, suggestion):
    assert suggest_subdomain(name) == suggestion


@given(st.text(max_size=120))
def test_a_suggestion_is_never_one_that_would_be_refused(name):
    suggestion = suggest_subdomain(name)
    assert suggestion == "" or clean_subdomain(suggestion) == suggestion


@given(st.from_regex(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", fullmatch=True))
def test_a_schema_name_fits_postgresql(subdomain):
    name = schema_name_for(subdomain)
    assert len(name) <= 63
    assert not name.startswith("pg_")
    assert name != schema_name_for(subdomain)


def test_identifiers_are_quoted_so_that_nothing_escapes():
    assert quote_identifier('a"; DROP SCHEMA b; --') == '"a""; DROP SCHEMA b; --"'
    for impossible in ("", "a\0b", "x" * 64):
        with pytest.raises(ValueError, match="identifier"):
            quote_identifier(impossible)
