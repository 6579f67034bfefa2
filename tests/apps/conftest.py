"""The browsers of the cast, signed in."""

import pytest


@pytest.fixture
def alice(cast, at):
    """Alice's browser; she owns Acme."""
    return at(cast.acme, as_=cast.alice)


@pytest.fixture
def bob(cast, at):
    """Bob's browser; he is a member of Acme."""
    return at(cast.acme, as_=cast.bob)


@pytest.fixture
def charlie(cast, at):
    """Charlie's browser; he owns Globex."""
    return at(cast.globex, as_=cast.charlie)
