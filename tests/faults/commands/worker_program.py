"""`manage.py worker`, with the commands of the tests registered besides."""

import sys

import django

if __name__ == "__main__":
    django.setup()
    from django.core.management import execute_from_command_line

    from tests.lib.commands import orders

    assert orders
    execute_from_command_line(["manage.py", "worker", *sys.argv[1:]])
