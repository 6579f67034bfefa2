"""Tasks as a library would write them, which knows Django's API alone."""

from django_tasks import task

from lib.tenancy import find_current_tenant


@task()
def add(one, two=0):
    tenant = find_current_tenant()
    return {"sum": one + two, "tenant": tenant and tenant.subdomain}


@task(takes_context=True, priority=5)
def which_try(context):
    return context.attempt


@task()
def break_down():
    raise KeyError("broken")
