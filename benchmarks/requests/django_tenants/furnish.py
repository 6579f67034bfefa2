from django.core.management import call_command
from django_tenants.utils import tenant_context

from benchmarks.requests.django_tenants.models import Client, Domain
from benchmarks.requests.shop.stock import stock_up


def furnish(companies: int) -> None:
    """Make the public schema and the companies, each with its rows."""
    call_command("migrate_schemas", schema_name="public", verbosity=0)
    for number in range(companies):
        client = Client(schema_name=f"company_{number}")
        client.save(verbosity=0)
        Domain._default_manager.create(tenant=client, domain=f"company-{number}.localhost", is_primary=True)
        with tenant_context(client):
            stock_up()
