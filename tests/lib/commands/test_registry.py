import pytest

from lib.commands import command, registry
from lib.commands.backoff import retry_delay_seconds
from lib.commands.exceptions import CommandExistsError
from lib.commands.registry import Command
from tests.lib.commands import orders


def test_a_command_is_still_a_function():
    assert orders.count(3)["number"] == 3
    assert registry.get("count").run is orders.count


def test_a_name_is_given_once():
    with pytest.raises(CommandExistsError, match="'count'"):

        @command
        def count():
            pass


def test_an_option_that_does_not_exist_is_an_error():
    with pytest.raises(TypeError, match="retry"):

        @command(name="misspelt", retry=3)
        def misspelt():
            pass


@pytest.mark.parametrize(
    ("attempt", "least", "most"), [(1, 2.5, 7.5), (2, 5, 15), (4, 20, 60), (2000, 500, 1500)]
)
def test_the_wait_doubles_up_to_its_maximum_with_jitter(attempt, least, most):
    patient = Command(name="x", run=print, backoff_seconds=5, max_backoff_seconds=1000)
    waits = {retry_delay_seconds(patient, attempt) for _ in range(200)}
    assert least <= min(waits) < max(waits) <= most
    assert len(waits) > 100
