from tests.lib.tenancy.migrating.conftest import found, releases, template_of_the_code

__all__ = ["found", "releases", "template_of_the_code"]
