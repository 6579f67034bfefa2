"""The settings of processes that are killed: a release of tomorrow, where the environment names one."""

import os

from config.settings import *  # noqa: F403

if package := os.environ.get("CONTACTS_OF_TOMORROW"):
    MIGRATION_MODULES = {"contacts": package}
