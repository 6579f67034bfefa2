"""Charlie of Globex tries every page and every model of the program on Acme's rows."""

import pytest
from django.core import serializers
from django.db import DatabaseError, transaction

from apps.accounts.models import User
from lib.tenancy import tenant_context
from lib.tenancy.append_only import AppendOnly
from lib.tenancy.exceptions import WrongTenantError
from tests.isolation.pages import pages
from tests.isolation.rows import MARK, make_row_once, tenant_models

PK = 900_001

# Pages that somebody who is not signed in may see: the ways in, and in development the mailbox.
PUBLIC = {
    "accounts:welcome",
    "account_login",
    "account_logout",
    "account_inactive",
    "account_signup",
    "account_email",
    "account_set_password",
    "account_reset_password",
    "account_complete_password_reset",
    "account_password_reset_completed",
    "mailbox:index",
    "mailbox:message",
    "mailbox:html",
}


@pytest.fixture
def acme_rows(cast):
    """One row of every model at Acme, each with the same number, which is nobody's at Globex."""
    with tenant_context(cast.acme):
        return [make_row_once(model, PK) for model in tenant_models()]


def everything_at(company):
    with tenant_context(company):
        rows = [row for model in tenant_models() for row in model._base_manager.order_by("pk")]
        return serializers.serialize("json", rows)


@pytest.mark.parametrize("model", tenant_models(), ids=lambda model: model._meta.label)
def test_another_company_finds_no_row(model, cast):
    with tenant_context(cast.acme):
        row = make_row_once(model, PK)
    with tenant_context(cast.globex):
        theirs = model._base_manager.filter(pk=row.pk)
        assert not theirs.exists()
        with pytest.raises(WrongTenantError):
            row.save(force_update=True)
        if issubclass(model, AppendOnly):
            return  # rows that nobody can change or delete: test_append_only.py
        assert theirs._raw_delete(theirs.db) == 0
        copied = model(
            **{field.attname: getattr(row, field.attname) for field in model._meta.concrete_fields}
        )
        with pytest.raises(DatabaseError, match="did not affect any rows"), transaction.atomic():
            copied.save(force_update=True)
    with tenant_context(cast.acme):
        assert model._base_manager.filter(pk=row.pk).exists()


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("page", pages(PK), ids=str)
def test_another_company_sees_and_changes_nothing(page, method, acme_rows, cast, at):
    before = everything_at(cast.acme)
    client = at(cast.globex, as_=cast.charlie)
    # A search for part of the mark: the page may repeat the question, but cannot know the rest of the answer.
    response = getattr(client, method)(page.path, {"q": MARK[:9]})
    assert response.status_code < 500
    assert MARK not in _body(response)
    assert everything_at(cast.acme) == before


@pytest.mark.parametrize("page", [page for page in pages(PK) if str(PK) in page.path], ids=str)
def test_the_same_page_answers_the_company_whose_row_it_is(page, acme_rows, cast, at):
    # Without this the test above could pass because the address leads nowhere.
    with tenant_context(cast.acme):
        author = User.objects.get(pk=PK)
    assert at(cast.acme, as_=author).get(page.path).status_code in (200, 405)


@pytest.mark.parametrize("page", pages(PK), ids=str)
def test_a_session_of_acme_opens_nothing_at_globex(page, acme_rows, cast, at):
    stolen = at(cast.acme, as_=cast.alice).cookies
    thief = at(cast.globex)
    thief.cookies = stolen
    response = thief.get(page.path)
    with tenant_context(cast.globex):
        assert response.wsgi_request.user.is_anonymous
    assert MARK not in _body(response)


@pytest.mark.parametrize("page", [page for page in pages(PK) if page.name not in PUBLIC], ids=str)
def test_signed_out_every_page_leads_to_sign_in(page, acme_rows, cast, at):
    for method in ("get", "post"):
        response = getattr(at(cast.acme), method)(page.path)
        # A page that takes one method alone may say so before it asks who is there.
        assert response.status_code in (302, 405), (
            f"{method} {page.path}: add @login_required, or name it in PUBLIC"
        )
        if response.status_code == 302:
            assert response.url.startswith("/accounts/login/")


def _body(response):
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return content.decode()
