"""Whether those who are said to be current are: their histories, and their tables beside the template's."""

from collections import defaultdict
from collections.abc import Iterator

from lib.tenancy.administration import administer
from lib.tenancy.catalog.reading import find_differences, read_model
from lib.tenancy.migrating.choice import Choice
from lib.tenancy.migrating.histories import read_histories
from lib.tenancy.models import TenantModel
from lib.tenancy.servers import MAIN_SERVER
from lib.tenancy.template import TEMPLATE_SCHEMA
from lib.tenancy.versions import current_version, known_migrations


def differences(choice: Choice) -> Iterator[tuple[str, str]]:
    """Yield, by subdomain, how tenants at the version of this code differ from the template. Changes nothing.

    `manage.py doctor` says more, and how to mend it.
    """
    tenants = list(choice.named().filter(version=current_version()))
    yield from _of_histories(tenants)
    yield from _of_tables(tenants)


def _of_histories(tenants: list[TenantModel]) -> Iterator[tuple[str, str]]:
    histories = read_histories(tenants)
    for tenant in tenants:
        history = histories[tenant.schema_name]
        if isinstance(history, Exception):
            yield tenant.subdomain, str(history)
        elif lacking := known_migrations() - history:
            yield tenant.subdomain, f"lacks the migrations {', '.join(sorted(lacking))}"


def _of_tables(tenants: list[TenantModel]) -> Iterator[tuple[str, str]]:
    with administer(MAIN_SERVER) as cursor:
        model = read_model(cursor, TEMPLATE_SCHEMA)
    places: defaultdict[tuple[str, str | None], dict[str, TenantModel]] = defaultdict(dict)
    for tenant in tenants:
        places[tenant.server, tenant.database_name or None][tenant.schema_name] = tenant
    for (server, database), members in places.items():
        if model is None:
            continue
        with administer(server, database) as cursor:
            for schema, difference in find_differences(cursor, list(members), model):
                yield members[schema].subdomain, difference.sentence
