"""What a test does in a database that is not its own: `send 100`, or `count`. Prints JSON."""

import json
import sys
from collections import Counter

import django


def send(number):
    from django.core.management import call_command

    from apps.companies.models import Company
    from lib.commands import registry
    from lib.commands.jobs_to_be import make_job
    from lib.commands.rows import insert_many
    from lib.tenancy import tenant_context
    from lib.tenancy.provisioning import provisioning

    call_command("prepare", verbosity=0)
    company = Company(subdomain="acme", company_name="A", contact_name="A", contact_email="a@x.example")
    with provisioning(company):
        pass
    with tenant_context(company):
        for name in ("work", "note_in_time"):
            command = registry.get(name)
            insert_many([make_job(command, [f"{index}"], {"seconds": 0.002}) for index in range(number)])
    return {}


def count():
    from apps.companies.models import Company
    from apps.contacts.models import Contact
    from lib.commands.models import Job
    from lib.tenancy import tenant_context

    jobs = Job.objects.using("master")
    with tenant_context(Company.find_by_subdomain("acme")):
        effects = Counter(Contact.objects.values_list("last_name", flat=True))
    return {
        "states": Counter(jobs.values_list("state", flat=True)),
        "tries": sum(jobs.values_list("attempt", flat=True)),
        "effects": len(effects),
        "most_effects": max(effects.values(), default=0),
    }


if __name__ == "__main__":
    django.setup()
    from tests.lib.commands import orders

    assert orders
    verb, *numbers = sys.argv[1:]
    print(json.dumps({"send": send, "count": count}[verb](*map(int, numbers))))
