import pytest
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from lib.tenancy.context import no_tenant, tenant_context
from lib.tenancy.exceptions import NoTenantError
from lib.tenancy.files import TenantFileSystemStorage, remove_files_of
from lib.tenancy.tenants import Tenant

ACME = Tenant(subdomain="acme", schema="acme_1")
# Its folder begins as Acme's does.
ACME_TOO = Tenant(subdomain="acme-too", schema="acme_10")


@pytest.fixture
def root(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    return settings.MEDIA_ROOT


def read(name):
    with default_storage.open(name) as file:
        return file.read()


@pytest.fixture
def theirs(root):
    with tenant_context(ACME_TOO):
        default_storage.save("plan.txt", ContentFile(b"theirs"))
    return root / "acme_10" / "plan.txt"


def test_files_of_one_name_are_two_files(theirs):
    with tenant_context(ACME):
        assert not default_storage.exists("plan.txt")
        assert default_storage.save("plan.txt", ContentFile(b"ours")) == "plan.txt"
        assert read("plan.txt") == b"ours"
        assert default_storage.listdir("") == ([], ["plan.txt"])
        default_storage.delete("plan.txt")
        assert not default_storage.exists("plan.txt")
    with tenant_context(ACME_TOO):
        assert read("plan.txt") == b"theirs"


@pytest.mark.parametrize("folder", ["", "a/b/"])
def test_a_name_may_hold_folders(root, folder):
    with tenant_context(ACME):
        assert default_storage.save(f"{folder}plan.txt", ContentFile(b"ours")) == f"{folder}plan.txt"
    assert (root / "acme_1" / folder / "plan.txt").read_bytes() == b"ours"


@pytest.mark.parametrize(
    "name",
    ["../acme_10/plan.txt", "a/../../acme_10/plan.txt", "..", "/etc/passwd", "a\0b", "{theirs}"],
)
def test_no_name_leads_out_of_the_folder(theirs, name):
    name = name.format(theirs=theirs)
    with tenant_context(ACME):
        for use in (
            default_storage.open,
            default_storage.exists,
            default_storage.delete,
            default_storage.size,
        ):
            with pytest.raises(SuspiciousFileOperation):
                use(name)
        with pytest.raises(SuspiciousFileOperation):
            default_storage.save(name, ContentFile(b"ours"))
    assert theirs.read_bytes() == b"theirs"


def test_a_symbolic_link_does_not_lead_out_either(root, theirs):
    (root / "acme_1").mkdir()
    (root / "acme_1" / "link.txt").symlink_to(theirs)
    (root / "acme_1" / "folder").symlink_to(theirs.parent)
    (root / "acme_1" / "own.txt").write_bytes(b"ours")
    (root / "acme_1" / "inside.txt").symlink_to(root / "acme_1" / "own.txt")
    with tenant_context(ACME):
        assert read("inside.txt") == b"ours"
        for name in ("link.txt", "folder/plan.txt"):
            with pytest.raises(SuspiciousFileOperation, match="Remove the link"):
                default_storage.open(name)


def test_a_folder_that_is_a_link_to_anothers_is_refused(root, theirs):
    (root / "acme_1").symlink_to(theirs.parent)
    with tenant_context(ACME), pytest.raises(SuspiciousFileOperation, match="Remove the link"):
        default_storage.open("plan.txt")


def test_a_link_in_a_circle_is_refused(root):
    (root / "acme_1").mkdir(parents=True)
    (root / "acme_1" / "circle").symlink_to("circle")
    with tenant_context(ACME), pytest.raises((SuspiciousFileOperation, OSError)):
        default_storage.open("circle")


def test_without_a_tenant_every_use_of_it_is_refused(theirs):
    with no_tenant():
        for use in (
            lambda: default_storage.open("plan.txt"),
            lambda: default_storage.save("plan.txt", ContentFile(b"")),
            lambda: default_storage.exists("acme_10/plan.txt"),
            lambda: default_storage.listdir(""),
            lambda: default_storage.delete("plan.txt"),
            lambda: default_storage.url("plan.txt"),
            lambda: default_storage.path("plan.txt"),
        ):
            with pytest.raises(NoTenantError):
                use()


def test_removing_a_folder_takes_all_of_it_and_nothing_else(root, theirs):
    with tenant_context(ACME):
        default_storage.save("a/b/plan.txt", ContentFile(b"ours"))
    (root / "acme_1" / "link").symlink_to(theirs.parent)
    for _ in range(2):
        remove_files_of("acme_1")
        assert not (root / "acme_1").exists()
    assert theirs.read_bytes() == b"theirs"


@pytest.mark.parametrize(
    "schema", ["", ".", "..", "../files", "acme_10/..", "acme_10/x", "{root}", "/", "a\0"]
)
def test_nothing_is_removed_outside_the_folder_of_a_tenant(root, theirs, schema):
    outside = root.parent / "outside.txt"
    outside.write_bytes(b"kept")
    with pytest.raises(SuspiciousFileOperation, match="no folder of a tenant"):
        remove_files_of(schema.format(root=root))
    assert theirs.read_bytes() == b"theirs"
    assert outside.read_bytes() == b"kept"


def test_a_folder_that_is_a_link_is_not_followed_to_be_removed(root, theirs):
    (root / "acme_1").symlink_to(theirs.parent)
    with pytest.raises(SuspiciousFileOperation, match="symbolic link"):
        remove_files_of("acme_1")
    assert theirs.read_bytes() == b"theirs"


def test_a_storage_that_cannot_remove_is_named(settings, caplog):
    settings.STORAGES = {"elsewhere": {"BACKEND": "django.core.files.storage.InMemoryStorage"}}
    remove_files_of("acme_1")
    assert "STORAGES['elsewhere']" in caplog.text


def test_an_address_is_right_on_the_tenants_own_host(root):
    with tenant_context(ACME):
        assert default_storage.url("a b.txt") == "/files/a%20b.txt"


def test_a_migration_names_it_without_a_folder():
    path, args, kwargs = TenantFileSystemStorage().deconstruct()
    assert (path, args, kwargs) == ("lib.tenancy.files.TenantFileSystemStorage", (), {})
