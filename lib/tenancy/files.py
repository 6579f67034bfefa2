"""Files of a tenant: a folder each, and no way out of it."""

from pathlib import Path

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import FileSystemStorage
from django.utils.deconstruct import deconstructible

from lib.tenancy.context import current_tenant


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

    def url(self, name: str | None) -> str:
        # Without a host: the address is right on the tenant's own, and nowhere else.
        current_tenant()
        return super().url(name)
