"""Releases that bring migrations: the contacts app as it may be tomorrow."""

import importlib
import sys
from pathlib import Path

from apps.contacts import migrations as of_today
from lib.tenancy.models import MigrationRun, TenantTemplate
from lib.tenancy.versions import current_version, known_migrations

HEAD = """
from django.contrib.postgres.operations import *
from django.db import connections, migrations, models
from django.db.migrations import *

class Migration(Migration):
    dependencies = [("contacts", "{before}")]
    atomic = {atomic}
    operations = [{operations}]
"""

ADD_FIELD = 'AddField("contact", "nickname", models.CharField(max_length=40, default="none"))'
ADD_INDEX = 'AddIndex("contact", models.Index(fields=["last_name"], name="contact_by_last_name"))'
ADD_MODEL = (
    'CreateModel("Pet", [("id", models.BigAutoField(primary_key=True)), ("name", models.TextField())])'
)


class Releases:
    """Writes migrations into a package of its own, and lets Django find them there."""

    def __init__(self, folder: Path, settings, name="contacts_of_tomorrow"):
        self.package = name
        self.folder = folder / self.package
        self.folder.mkdir()
        for file in Path(of_today.__file__).parent.glob("*.py"):
            (self.folder / file.name).write_text(file.read_text())
        self.names = sorted(file.stem for file in self.folder.glob("0*.py"))
        settings.MIGRATION_MODULES = {"contacts": self.package}
        self.learn()

    def add(self, *operations, code="", atomic=True):
        """Write the next migration with these operations, and return its name."""
        name = f"{9000 + len(self.names)}_later"
        text = HEAD.format(before=self.names[-1], operations=",\n".join(operations), atomic=atomic)
        (self.folder / f"{name}.py").write_text(text.replace("\nclass", f"\n{code}\nclass"))
        self.names.append(name)
        self.learn()
        return name

    def take_back(self):
        """Forget the newest migration, as the code of the release before does."""
        (self.folder / f"{self.names.pop()}.py").unlink()
        self.learn()

    def learn(self):
        """Read the migrations anew."""
        importlib.invalidate_caches()
        for module in [name for name in sys.modules if name.partition(".")[0] == self.package]:
            del sys.modules[module]
        forget_versions()


def forget_versions():
    current_version.cache_clear()
    known_migrations.cache_clear()


def forget_releases(version):
    """Remove from the master what releases left there, but for the template of `version`."""
    TenantTemplate.objects.using("master").exclude(version=version).delete()
    MigrationRun.objects.using("master").all().delete()
