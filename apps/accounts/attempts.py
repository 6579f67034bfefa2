"""How often a password may be guessed, without letting a guesser lock the member out.

A limit by address alone is a switch with which anybody keeps a member out. So wrong passwords are counted by
address and network together; there is a wide limit by address, for guesses from many networks; and a browser
in which the member has signed in before has a count of its own, which strangers cannot use up.
"""

from allauth.account.adapter import get_adapter
from allauth.core.internal import ratelimit
from django.http import HttpRequest

from apps.accounts.devices import find_device
from lib.security.rate_limits import network_of

# Wrong passwords, as allauth writes its rates. Whatever address they are for, from one network: 10 a minute.
_RATES = {"network": "10/m/ip", "place": "5/5m/key", "everywhere": "50/h/key", "device": "10/5m/key"}
_APP = "apps.accounts"


def count_attempt(request: HttpRequest, login: str) -> ratelimit.RateLimitUsage | None:
    """Count one more attempt at `login`, to be rolled back if it succeeds; None if there were too many."""
    counted = ratelimit.RateLimitUsage(usage=[])
    for action, key in _counters(request, login):
        usage = ratelimit.consume(request, app=_APP, action=action, config=_RATES, key=key)
        if usage is None:
            return None
        counted.usage += usage.usage
    return counted


def forget_attempts(request: HttpRequest, login: str) -> None:
    """Begin to count anew: whoever reads the mails sent to `login` has set a new password."""
    for action, key in _counters(request, login):
        if action != "network":
            ratelimit.clear(request, app=_APP, action=action, config=_RATES, key=key)


def _counters(request: HttpRequest, login: str) -> list[tuple[str, str]]:
    login = login.strip().lower()
    if device := find_device(request, login):
        return [("network", ""), ("device", device)]
    network = network_of(get_adapter().get_client_ip(request))
    return [("network", ""), ("place", f"{network} {login}"), ("everywhere", login)]
