"""Commands for the tests. What they write is not unique, so that writing it twice would be seen."""

import logging
import os
import time

from apps.contacts.models import Contact
from lib.commands import GiveUp, Scope, command, current_job, report_progress
from lib.tenancy import find_current_tenant


@command
def note(name, *, city=""):
    Contact.objects.create(last_name=name, first_name=city)


@command
def say(text):
    logging.getLogger(__name__).warning(text)


@command(atomic=True)
def note_once(name):
    Contact.objects.create(last_name=name)


@command(scope=Scope.PLATFORM)
def count(number=0, **options):
    tenant = find_current_tenant()
    return {"number": number, "tenant": tenant and tenant.subdomain, **options}


@command(retries=50)
def work(number, *, seconds):
    time.sleep(seconds)


@command(retries=50, atomic=True)
def note_in_time(name, *, seconds):
    time.sleep(seconds)
    Contact.objects.create(last_name=name)


@command(unique=True)
def tidy_up(what):
    pass


@command(limit_per_tenant=2)
def limited(seconds=0.0):
    time.sleep(seconds)


@command(retries=2, backoff_seconds=0.01)
def fail(how="ValueError"):
    if how == "exit":
        raise SystemExit(3)
    if how == "give up":
        raise GiveUp("It would fail again.")
    if how == "die":
        os.kill(os.getpid(), 9)
    raise ValueError("It failed.")


@command(atomic=True, retries=0)
def note_and_fail(name):
    Contact.objects.create(last_name=name)
    raise ValueError("It failed.")


@command(retries=1, timeout_seconds=0.5)
def sleep(seconds):
    time.sleep(seconds)


@command
def progress(steps):
    for step in range(steps):
        report_progress(step, steps, f"step {step}")
    return str(current_job().id)


@command(name="platform_fails", scope=Scope.PLATFORM, retries=0)
def platform_fails():
    raise ValueError("It failed.")


@command(scope=Scope.PLATFORM)
def batch_has_ended(batch):
    return batch
