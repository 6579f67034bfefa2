"""Files of a tenant: a folder each, and no way out of it."""

import logging
import shutil
from pathlib import Path

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import FileSystemStorage, storages
from django.utils.deconstruct import deconstructible

from lib.tenancy.context import current_tenant

logger = logging.getLogger(__name__)


@deconstructible(path="lib.tenancy.files.TenantFileSystemStorage")
class TenantFileSystemStorage(FileSystemStorage):
    """Keep files below MEDIA_ROOT in a folder named after the tenant's schema.

    Every method raises NoTenantError without a tenant, and SuspiciousFileOperation for a name that leads out
    of the folder: by `..`, by an absolute path, or by a symbolic link that somebody put there.
    """

    # What check `tenancy.E014` asks of a storage.
    keeps_tenants_apart = True

    @property
    def location(self) -> str:
        return str(Path(self.base_location).absolute() / current_tenant().schema)

    def path(self, name: str) -> str:
        shown = f"{name[:80]!r}"
        # The tenant's folder may not be a link either: it would be another's folder under this one's name.
        folder = Path(self.base_location).resolve() / current_tenant().schema
        try:
            path = super().path(name)
            is_inside = Path(path).resolve().is_relative_to(folder)
        except (ValueError, OSError, RuntimeError) as error:
            # A NUL, or links that go round in a circle.
            raise SuspiciousFileOperation(f"{shown} cannot be the name of a file.") from error
        if not is_inside:
            raise SuspiciousFileOperation(
                f"{shown} leads out of {folder} by a symbolic link. Remove the link."
            )
        return path

    def remove_folder_of(self, schema: str) -> None:
        """Remove all files of the tenant with this schema. Needs no tenant, and is safe to repeat.

        Raises:
            SuspiciousFileOperation: `schema` is no name of a folder below MEDIA_ROOT, or a link stands there.
        """
        root = Path(self.base_location).resolve()
        folder = root / schema
        if folder.parent != root or schema in ("", ".", "..") or "\0" in schema:
            raise SuspiciousFileOperation(f"{schema[:80]!r} is no folder of a tenant below {root}.")
        if folder.is_symlink():
            raise SuspiciousFileOperation(
                f"{folder} is a symbolic link. Look where it leads, then remove it."
            )
        if folder.exists():
            shutil.rmtree(folder)  # which removes links inside, and follows none

    def url(self, name: str | None) -> str:
        # Without a host: the address is right on the tenant's own, and nowhere else.
        current_tenant()
        return super().url(name)


def remove_files_of(schema: str) -> None:
    """Remove the tenant's files from every storage of the settings. Safe to repeat.

    A storage that cannot, for want of a method `remove_folder_of`, is named in the log.

    Raises:
        SuspiciousFileOperation: the folder is none of a tenant's, or a symbolic link.
    """
    for alias in settings.STORAGES:
        # Static files are the code's, the same for all.
        if alias == "staticfiles":
            continue
        remove = getattr(storages[alias], "remove_folder_of", None)
        if remove is None:
            logger.warning(
                "STORAGES[%r] has no remove_folder_of(), so the files of %s stay there", alias, schema
            )
        else:
            remove(schema)
