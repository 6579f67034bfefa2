import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.tenancy.exceptions import HostError, MalformedHostError, UnknownHostError
from lib.tenancy.hosts import subdomain_of


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("acme.example.com", "acme"),
        ("acme.example.com:8000", "acme"),
        ("ACME.Example.COM", "acme"),
        ("a-b-1.example.com", "a-b-1"),
        ("www.example.com", None),
        ("WWW.example.com:443", None),
        ("example.com", None),
    ],
)
def test_it_reads_the_subdomain(host, expected):
    assert subdomain_of(host, "example.com") == expected


@pytest.mark.parametrize(
    "host",
    [
        "acme.example.com.evil.org",
        "acme.example.org",
        "acme.notexample.com",
        "acmeexample.com",
        "evil.acme.example.com",
        "com",
        "127.0.0.1",
        "localhost",
    ],
)
def test_it_refuses_hosts_of_others(host):
    with pytest.raises(UnknownHostError, match="BASE_URL"):
        subdomain_of(host, "example.com")


@pytest.mark.parametrize(
    "host",
    [
        "",
        ".",
        "acme.example.com.",
        ".example.com",
        "acme..example.com",
        "-acme.example.com",
        "acme-.example.com",
        "ac_me.example.com",
        "acme.example.com:",
        "acme.example.com:99999",
        "acme.example.com:80:80",
        "acme.example.com:8o",
        "user@acme.example.com",
        "acme.example.com/",
        "acme.example.com\n",
        "acme.example.com ",
        "acme\0.example.com",
        "\uff41cme.example.com",
        "ácme.example.com",
        "acme.example.com:٨٠",
        "[::1]",
        "[::1]:80",
        "a" * 64 + ".example.com",
        "a" * 10_000,
        "a." * 5_000 + "example.com",
    ],
)
def test_it_refuses_what_is_no_host_name(host):
    with pytest.raises(MalformedHostError, match="host name"):
        subdomain_of(host, "example.com")


def test_the_error_does_not_repeat_ten_thousand_characters():
    with pytest.raises(MalformedHostError) as raised:
        subdomain_of("a" * 10_000, "example.com")
    assert len(str(raised.value)) < 250


@given(st.text(max_size=300))
def test_any_text_is_a_subdomain_the_public_site_or_refused(host):
    try:
        subdomain = subdomain_of(host, "example.com")
    except HostError:
        return
    assert subdomain is None or host.lower().startswith(f"{subdomain}.example.com")
