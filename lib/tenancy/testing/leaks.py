"""Proof that a block of code shows and changes nothing of a tenant whom it does not concern."""

import html
import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any
from urllib.parse import unquote

from django.core import mail
from django.db import connections
from django.db.models import CharField, TextField
from django.http import HttpResponse
from django.http.response import HttpResponseBase

from lib.tenancy.conf import MASTER_ALIAS, TENANT_ALIAS
from lib.tenancy.context import tenant_context
from lib.tenancy.models import TenantModel, get_tenant_model
from lib.tenancy.states import State
from lib.tenancy.testing.catalog import fingerprints, tables_of, text_values
from lib.tenancy.testing.clients import answered
from lib.tenancy.testing.remains import nothing_remains

# Shorter texts are found in any page by chance.
_MIN_CHARACTERS = 6
_MAX_SHOWN = 5


class Witness:
    """Sees what leaves the program, and knows what may not be in it."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._secrets = secrets
        self._streams: list[Any] = []
        self._outbox_before = len(_outbox())
        self._found: dict[str, list[str]] = {}

    def see(self, thing: object, name: str = "") -> None:
        """Look through a response, a text or bytes. What clients answer and mails are seen without it."""
        if isinstance(thing, HttpResponseBase):
            self._see_response(thing)
            return
        text = thing.decode(errors="replace") if isinstance(thing, bytes) else str(thing)
        forms = [text, html.unescape(text), unquote(text)]
        found = [secret for secret in self._secrets if _is_in(secret, forms)]
        if found:
            self._found.setdefault(name or "a text", []).extend(found)

    def conclude(self) -> None:
        """Read streams to their end, then raise AssertionError if something was shown."""
        for response in self._streams:
            for _ in response.streaming_content:
                pass
        for message in _outbox()[self._outbox_before :]:
            # As it was written as well: what is sent may be encoded.
            bodies = [message.body, *(content for content, _ in getattr(message, "alternatives", ()))]
            for text in (message.message().as_string(), message.subject, *bodies):
                self.see(text, f"a mail to {', '.join(message.recipients())}")
        shown = [f"{name} shows {_some(found)}" for name, found in self._found.items()]
        assert not shown, "Something of another tenant leaked: " + "; ".join(shown)

    def _see_response(self, response: HttpResponseBase) -> None:
        request: dict[str, Any] = getattr(response, "request", {})
        name = f"{request.get('REQUEST_METHOD', 'a')} {request.get('PATH_INFO', 'response')}"
        cookies = response.cookies.output()
        self.see(f"{response.serialize_headers().decode('latin-1')}\n{cookies}", f"a header of {name}")
        if isinstance(response, HttpResponse):
            self.see(response.content, name)
        elif not getattr(response, "is_async", False):
            self._watch_stream(response, name)

    def _watch_stream(self, response: Any, name: str) -> None:
        """Look at all that was streamed so far, piece by piece: a text may be cut in two."""

        def watched(body: Iterator[bytes]) -> Iterator[bytes]:
            read = b""
            for piece in body:
                read += piece
                yield piece
            self.see(read, name)

        response.streaming_content = watched(iter(response.streaming_content))
        self._streams.append(response)


@contextmanager
def no_leak(of: TenantModel, *, secrets: Sequence[str] = (), but: Sequence[str] = ()) -> Iterator[Witness]:
    """Assert that the block neither shows nor changes anything `of` that tenant, and leaves nothing behind.

    Compares every table of the tenant before and after, by number and checksum of its rows. Searches what
    every HostClient is answered, mails, and what the witness is shown for the tenant's distinctive values and
    `secrets`, without those in `but`, which the block itself types. Afterwards no tenant is active that was
    not before, and no transaction, role or search_path remains on a connection.

    Raises:
        AssertionError: names the tables, or the values and where they were seen.
    """
    witness = Witness(sorted({*secrets, *distinctive_values(of)} - set(but)))
    before = _photograph(of)
    receive = partial(_receive, witness)
    with nothing_remains(), ExitStack() as stack:
        answered.connect(receive, weak=False)
        stack.callback(answered.disconnect, receive)
        yield witness
        witness.conclude()
    after = _photograph(of)
    changed = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    assert not changed, f"Rows of {of.subdomain} changed in: {', '.join(changed)}."


def assert_no_leak(
    shown: object, *, of: TenantModel, secrets: Sequence[str] = (), but: Sequence[str] = ()
) -> None:
    """Assert that a response, text or bytes shows none of the tenant's distinctive values or `secrets`.

    A streamed response is read to its end.
    """
    witness = Witness(sorted({*secrets, *distinctive_values(of)} - set(but)))
    witness.see(shown)
    witness.conclude()


def distinctive_values(of: TenantModel) -> set[str]:
    """Return the texts, of six characters or more, that this tenant has and no other active tenant has.

    From every text column of every table, and from its row in the master, except its subdomain.
    """
    others = (
        get_tenant_model()._default_manager.using(MASTER_ALIAS).filter(state=State.ACTIVE).exclude(pk=of.pk)
    )
    values = _values(of)
    for other in others:
        values -= _values(other)
    return values


def _values(tenant: TenantModel) -> set[str]:
    with tenant_context(tenant) as place, connections[TENANT_ALIAS].cursor() as cursor:
        values = text_values(cursor, tables_of(cursor, place.schema), _MIN_CHARACTERS)
    fields = [field for field in tenant._meta.concrete_fields if isinstance(field, CharField | TextField)]
    of_row = {str(getattr(tenant, field.attname)) for field in fields if field.name != "subdomain"}
    return values | {value for value in of_row if len(value) >= _MIN_CHARACTERS}


def _photograph(tenant: TenantModel) -> dict[str, tuple[int, int]]:
    with tenant_context(tenant) as place, connections[TENANT_ALIAS].cursor() as cursor:
        return fingerprints(cursor, tables_of(cursor, place.schema))


def _receive(witness: Witness, response: HttpResponseBase, **kwargs: Any) -> None:
    witness.see(response)


def _is_in(secret: str, forms: Sequence[str]) -> bool:
    as_json = json.dumps(secret)[1:-1]
    return any(secret in form or as_json in form for form in forms)


def _outbox() -> list[Any]:
    outbox: list[Any] = getattr(mail, "outbox", [])
    return outbox


def _some(values: Sequence[str]) -> str:
    shown = ", ".join(repr(value[:60]) for value in sorted(set(values))[:_MAX_SHOWN])
    return shown + (" and more" if len(set(values)) > _MAX_SHOWN else "")
