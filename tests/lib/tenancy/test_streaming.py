import io

import pytest
from asgiref.sync import async_to_sync
from django.http import FileResponse, HttpResponse, StreamingHttpResponse

from lib.tenancy.context import find_current_tenant, no_tenant, tenant_context
from lib.tenancy.streaming import keep_tenant_while_streaming
from lib.tenancy.tenants import Tenant

# Closing a response closes connections that are too old.
pytestmark = pytest.mark.django_db(databases=["default", "master"])

ACME = Tenant(subdomain="acme", schema="acme_1")
GLOBEX = Tenant(subdomain="globex", schema="globex_1")


def kept(body):
    return keep_tenant_while_streaming(StreamingHttpResponse(body), ACME)


def test_each_piece_is_made_under_the_tenant():
    def body():
        for _ in range(3):
            yield str(find_current_tenant())

    assert b"".join(kept(body())) == b"acmeacmeacme"
    assert find_current_tenant() is None


def test_between_two_pieces_the_thread_belongs_to_whoever_has_it():
    def body():
        yield "1"
        yield str(find_current_tenant())

    pieces = iter(kept(body()))
    next(pieces)
    with tenant_context(GLOBEX):
        assert next(pieces) == b"acme"
        assert find_current_tenant() == GLOBEX


def test_a_list_is_a_body_too():
    assert b"".join(kept(["a", "b"])) == b"ab"


def test_a_crash_in_the_body_leaves_no_tenant():
    def body():
        yield "1"
        raise RuntimeError("broke")

    pieces = iter(kept(body()))
    next(pieces)
    with pytest.raises(RuntimeError, match="broke"):
        next(pieces)
    assert find_current_tenant() is None


def test_a_body_that_is_given_up_is_closed_under_its_tenant():
    closed_under = []

    def body():
        try:
            yield "1"
            yield "2"
        finally:
            closed_under.append(find_current_tenant())

    response = kept(body())
    next(iter(response.streaming_content))
    with no_tenant():
        response.close()
    assert closed_under == [ACME]
    assert find_current_tenant() is None


def test_files_and_plain_answers_are_left_alone():
    file, plain = FileResponse(io.BytesIO(b"hello")), HttpResponse("hello")
    before = file._iterator
    assert keep_tenant_while_streaming(file, ACME)._iterator is before
    assert keep_tenant_while_streaming(plain, ACME) is plain
    file.close()


def test_each_piece_of_an_async_body_is_made_under_the_tenant():
    async def body():
        for _ in range(2):
            yield str(find_current_tenant())

    async def consume():
        pieces = []
        async for piece in kept(body()).streaming_content:
            pieces.append(piece)
            assert find_current_tenant() is None
        return b"".join(pieces)

    assert async_to_sync(consume)() == b"acmeacme"


def test_a_crash_in_an_async_body_leaves_no_tenant():
    async def body():
        yield "1"
        raise RuntimeError("broke")

    async def consume():
        with pytest.raises(RuntimeError, match="broke"):
            async for _ in kept(body()).streaming_content:
                pass
        return find_current_tenant()

    assert async_to_sync(consume)() is None


def test_an_async_body_that_is_given_up_is_closed_under_its_tenant():
    closed_under = []

    async def body():
        try:
            yield "1"
            yield "2"
        finally:
            closed_under.append(find_current_tenant())

    async def consume():
        response = kept(body())
        pieces = aiter(response._iterator)
        await anext(pieces)
        await pieces.aclose()

    async_to_sync(consume)()
    assert closed_under == [ACME]
