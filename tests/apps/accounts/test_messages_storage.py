import pytest


@pytest.mark.parametrize(("where", "is_shown"), [("acme", True), ("globex", False)])
def test_a_message_is_shown_by_the_company_that_wrote_it_alone(where, is_shown, cast, at):
    client = at(cast.acme, as_=cast.alice)
    client.post("/organisations/new/", {"name": "Call EVIL", "website": "", "city": ""})
    visitor = at(getattr(cast, where))
    visitor.cookies["messages"] = client.cookies["messages"].value
    assert ("Call EVIL" in visitor.get("/accounts/login/").content.decode()) is is_shown
