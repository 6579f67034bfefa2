import pytest
from django.urls import reverse

LIST = reverse("contacts:list", urlconf="config.urls.tenant")


@pytest.mark.parametrize(
    ("headers", "status", "refresh"), [({}, 302, None), ({"HX-Request": "true"}, 200, "true")]
)
def test_a_fragment_asked_for_after_sign_out_reloads_the_page(headers, status, refresh, cast, at):
    response = at(cast.acme).get(LIST, headers=headers)
    assert (response.status_code, response.headers.get("HX-Refresh")) == (status, refresh)


def test_a_fragment_of_a_member_is_left_alone(cast, at):
    response = at(cast.acme, as_=cast.alice).get(LIST, headers={"HX-Request": "true"})
    assert "HX-Refresh" not in response.headers
