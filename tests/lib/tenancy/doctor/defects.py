"""Every finding that a defect in PostgreSQL or in a row can cause: how to cause it, and what it must say."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.core.management import call_command
from django.utils import timezone

from apps.companies.models import Company
from lib.tenancy import tenant_context
from lib.tenancy.models import TenantTemplate
from lib.tenancy.states import State
from lib.tenancy.template_database import template_database_name
from lib.tenancy.versions import current_version

COUNT = current_version().partition("-")[0]


@dataclass(frozen=True)
class Defect:
    """`plant` is SQL for a superuser, in which {acme} is a schema and {acme_role} its role; or a function."""

    finding: str
    plant: str | Callable[[], object]
    says: str = ""
    tenant: str | None = None
    database: str = "terrace"
    afterwards: str = ""


def lost(**fields):
    """Return a function that makes the row of a company without a store."""

    def make():
        company = Company(subdomain="lost", company_name="Lost", version=current_version(), **fields)
        company.save()
        Company.objects.filter(pk=company.pk).update(created_at=timezone.now() - timedelta(hours=1))

    return make


def versioned(version):
    return lambda: Company.objects.filter(subdomain="acme").update(version=version)


def unmigrate():
    with tenant_context(Company.find_by_subdomain("acme")):
        call_command("migrate", "contacts", "zero", verbosity=0)


DEFECTS = [
    # The login
    Defect("login-is-superuser", "ALTER ROLE terrace SUPERUSER", '"terrace" is a superuser'),
    Defect("login-bypasses-row-security", "ALTER ROLE terrace BYPASSRLS"),
    Defect("login-may-replicate", "ALTER ROLE terrace REPLICATION"),
    Defect("login-inherits", "ALTER ROLE terrace INHERIT"),
    Defect("login-has-a-path", "ALTER ROLE terrace IN DATABASE terrace SET search_path = public", "public"),
    Defect(
        "login-has-another-role",
        "GRANT pg_read_all_data TO terrace WITH INHERIT TRUE",
        "'pg_read_all_data'",
    ),
    Defect(
        "login-reads-rows",
        "GRANT USAGE ON SCHEMA {acme} TO terrace;\nGRANT SELECT ON ALL TABLES IN SCHEMA {acme} TO terrace",
        "by itself reads the table",
        tenant="acme",
    ),
    # Roles
    Defect(
        "role-is-inherited",
        'GRANT "{acme_role}" TO terrace WITH INHERIT TRUE',
        "inherits from 'terrace:acme_",
        tenant="acme",
    ),
    Defect(
        "role-cannot-be-taken",
        'REVOKE "{acme_role}" FROM terrace GRANTED BY terrace',
        "cannot take on",
        tenant="acme",
    ),
    Defect(
        "role-has-another-member",
        'CREATE ROLE mallory;\nGRANT "{acme_role}" TO mallory',
        "'mallory' is a member of",
        tenant="acme",
        afterwards="DROP ROLE mallory",
    ),
    Defect("role-is-a-member", 'GRANT "{globex_role}" TO "{acme_role}"', "may do what", tenant="acme"),
    Defect("role-is-a-member", 'GRANT "{owner}" TO "{initech_role}"', "'terrace:owner'", tenant="initech"),
    Defect(
        "role-is-missing",
        'DROP OWNED BY "{acme_role}";\nDROP ROLE "{acme_role}"',
        "is not there",
        tenant="acme",
    ),
    Defect("role-can-log-in", 'ALTER ROLE "{acme_role}" LOGIN', "can log in", tenant="acme"),
    Defect("role-can-log-in", 'ALTER ROLE "{owner}" LOGIN', "can log in"),
    Defect("role-has-power", 'ALTER ROLE "{acme_role}" BYPASSRLS', tenant="acme"),
    Defect("role-has-power", 'ALTER ROLE "{initech_role}" CREATEDB', tenant="initech"),
    Defect(
        "role-owns-something",
        'ALTER TABLE {acme}.contacts_note OWNER TO "{acme_role}"',
        "contacts_note",
        tenant="acme",
    ),
    Defect(
        "role-owns-something",
        'GRANT CREATE ON SCHEMA {initech} TO "{initech_role}";\n'
        'ALTER TABLE {initech}.contacts_note OWNER TO "{initech_role}"',
        "owns things in the database 'initech_",
        tenant="initech",
        database="{initech}",
    ),
    Defect(
        "tenant-login-is-missing",
        'DROP OWNED BY "{initech_role}";\nDROP ROLE "{initech_role}"',
        "is not there",
        tenant="initech",
        database="{initech}",
    ),
    # Databases
    Defect("database-is-open", "GRANT CONNECT ON DATABASE {initech} TO PUBLIC", "CONNECT", tenant="initech"),
    Defect("database-is-open", "GRANT TEMPORARY ON DATABASE terrace TO PUBLIC", "TEMPORARY"),
    Defect("other-database-is-open", "GRANT CONNECT ON DATABASE postgres TO PUBLIC", "'postgres'"),
    Defect(
        "database-privilege-too-many",
        'GRANT TEMPORARY ON DATABASE terrace TO "{acme_role}"',
        "TEMPORARY",
        tenant="acme",
    ),
    Defect(
        "database-is-closed-to-its-tenant",
        'REVOKE CONNECT ON DATABASE {initech} FROM "{initech_role}"',
        tenant="initech",
    ),
    Defect("database-has-a-path", "ALTER DATABASE {initech} SET search_path = public", tenant="initech"),
    Defect(
        "database-is-unreachable",
        "REVOKE CONNECT ON DATABASE {initech} FROM terrace",
        "permission denied",
        tenant="initech",
    ),
    Defect(
        "tenant-login-is-refused",
        "ALTER ROLE \"{initech_role}\" PASSWORD 'another'",
        "password authentication failed",
        tenant="initech",
    ),
    Defect(
        "tenant-login-gets-in-elsewhere",
        'GRANT CONNECT ON DATABASE {hooli} TO "{initech_role}"',
        "gets into the database 'hooli_",
        tenant="initech",
    ),
    Defect(
        "tenant-login-has-a-path",
        'ALTER ROLE "{initech_role}" IN DATABASE {initech} SET search_path = {initech}',
        tenant="initech",
    ),
    # Stores and rows
    Defect("store-is-missing", lost(state=State.ACTIVE), "names the schema 'lost_", tenant="lost"),
    Defect("orphan-schema", 'CREATE SCHEMA gone_abc123 AUTHORIZATION "{owner}"', "'gone_abc123'"),
    Defect("orphan-database", "CREATE DATABASE gone_abc123 OWNER terrace", "'gone_abc123'"),
    Defect("orphan-role", 'CREATE ROLE "terrace:gone_abc123"', "gone_abc123"),
    Defect(
        "provisioning-was-interrupted", lost(state=State.RESERVED), "whoever made it is gone", tenant="lost"
    ),
    Defect("provisioning-was-interrupted", lost(state=State.PROVISIONING), "'provisioning'", tenant="lost"),
    Defect(
        "provisioning-failed",
        lost(state=State.FAILED, state_reason="the disk is full"),
        "the disk is full",
        tenant="lost",
    ),
    Defect("tenant-is-behind", versioned("00001-x"), "maintenance page", tenant="acme"),
    Defect("tenant-has-other-migrations", versioned(f"{COUNT}-x"), "but others", tenant="acme"),
    Defect("version-is-untrue", unmigrate, "never ran contacts.0001_", tenant="acme"),
    # Templates
    Defect("template-is-missing", lambda: TenantTemplate.objects.using("master").all().delete()),
    Defect("template-schema-is-missing", "DROP SCHEMA tenant_template_b41f CASCADE"),
    Defect("template-database-is-unfinished", "CREATE DATABASE terrace_template_half OWNER terrace", "half"),
    Defect(
        "template-database-is-outdated",
        "CREATE DATABASE terrace_template_old OWNER terrace IS_TEMPLATE true",
        "'terrace_template_old'",
    ),
    Defect("template-database-lets-in", 'ALTER DATABASE "{template}" ALLOW_CONNECTIONS true'),
    # public
    Defect("public-is-not-empty", "CREATE TABLE public.leak (id int)", "table public.leak"),
    Defect("public-is-not-empty", "CREATE SEQUENCE public.leak", "sequence public.leak"),
    Defect("public-is-not-empty", "CREATE TYPE public.leak AS (id int)", "type public.leak"),
    Defect("public-is-not-empty", "CREATE TYPE public.leak AS ENUM ('a')", "type public.leak"),
    Defect(
        "public-is-not-empty",
        "CREATE FUNCTION public.leak(int) RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "function public.leak(integer)",
    ),
    Defect(
        "public-is-not-empty",
        "CREATE TABLE public.leak (id serial)",
        "table public.leak",
        tenant="initech",
        database="{initech}",
    ),
    Defect("public-is-writable", "GRANT CREATE ON SCHEMA public TO PUBLIC", "PUBLIC may create"),
    Defect("public-is-writable", 'GRANT CREATE ON SCHEMA public TO "{acme_role}"', "may create"),
    Defect(
        "extension-is-in-public",
        "CREATE EXTENSION vector SCHEMA public",
        "'vector'",
        afterwards="DROP EXTENSION vector",
    ),
    # Owners and privileges
    Defect(
        "wrong-owner", "ALTER TABLE {acme}.contacts_note OWNER TO terrace", "belongs to 'terrace'", "acme"
    ),
    Defect("wrong-owner", "ALTER SCHEMA {acme} OWNER TO terrace", "The schema acme_", "acme"),
    Defect("wrong-owner", "ALTER TABLE master.companies_company OWNER TO terrace", "companies_company"),
    Defect(
        "wrong-owner",
        "CREATE FUNCTION {acme}.peep() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "The routine",
        "acme",
        afterwards="DROP FUNCTION IF EXISTS {acme}.peep()",
    ),
    Defect("privilege-too-many", 'GRANT USAGE ON SCHEMA {acme} TO "{globex_role}"', "USAGE", "acme"),
    Defect(
        "privilege-too-many", "GRANT SELECT ON {acme}.contacts_note TO PUBLIC", "PUBLIC has SELECT", "acme"
    ),
    Defect(
        "privilege-too-many", 'GRANT TRUNCATE ON {acme}.contacts_note TO "{acme_role}"', "TRUNCATE", "acme"
    ),
    Defect(
        "privilege-too-many",
        'GRANT INSERT ON {acme}.django_migrations TO "{acme_role}"',
        "INSERT on TABLE",
        "acme",
    ),
    Defect(
        "privilege-too-many",
        'GRANT SELECT (id, last_name) ON {acme}.contacts_contact TO "{globex_role}"',
        "(last_name)",
        "acme",
    ),
    Defect(
        "privilege-too-many",
        'GRANT UPDATE, DELETE ON {acme}.events_event TO "{acme_role}"',
        "DELETE, UPDATE on TABLE",
        "acme",
    ),
    Defect(
        "privilege-too-many", 'GRANT CREATE ON SCHEMA {acme} TO "{acme_role}"', "CREATE on SCHEMA", "acme"
    ),
    Defect("privilege-too-many", 'GRANT USAGE ON SCHEMA master TO "{acme_role}"', "SCHEMA master"),
    Defect(
        "privilege-too-many",
        'CREATE SCHEMA lounge;\nGRANT USAGE ON SCHEMA lounge TO "{acme_role}"',
        "USAGE on SCHEMA lounge",
        afterwards="DROP SCHEMA lounge",
    ),
    Defect("privilege-too-many", "GRANT CREATE ON SCHEMA extensions TO PUBLIC", "SCHEMA extensions"),
    Defect(
        "open-to-everybody",
        "CREATE SCHEMA reports;\nCREATE VIEW reports.names AS SELECT id FROM {acme}.contacts_organisation;\n"
        "GRANT USAGE ON SCHEMA reports TO PUBLIC;\nGRANT SELECT ON reports.names TO PUBLIC",
        "the table reports.names",
        afterwards="DROP SCHEMA reports CASCADE",
    ),
    Defect(
        "open-to-everybody",
        "CREATE FUNCTION extensions.peep() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
        "the routine extensions.peep()",
        afterwards="DROP FUNCTION extensions.peep()",
    ),
    Defect(
        "table-shows-other-rows",
        "ALTER TABLE {globex}.contacts_note INHERIT {acme}.contacts_note",
        "contacts_note shows the rows of globex_",
        "acme",
    ),
    Defect(
        "table-shows-other-rows",
        "CREATE SCHEMA archive;\nCREATE TABLE archive.whole (id int) PARTITION BY LIST (id);\n"
        "CREATE TABLE {acme}.part PARTITION OF archive.whole FOR VALUES IN (1)",
        "archive.whole shows the rows of acme_",
        afterwards="DROP TABLE IF EXISTS {acme}.part;\nDROP SCHEMA archive CASCADE",
    ),
    Defect(
        "privilege-too-many",
        "GRANT SELECT ON {initech}.contacts_note TO PUBLIC",
        "PUBLIC has SELECT",
        "initech",
        database="{initech}",
    ),
    Defect(
        "privilege-is-missing",
        'SET ROLE "{owner}";\nREVOKE SELECT, DELETE ON {acme}.contacts_note FROM "{acme_role}"',
        "lacks DELETE, SELECT",
        "acme",
    ),
    Defect(
        "privilege-is-missing",
        'SET ROLE "{owner}";\nREVOKE USAGE ON SEQUENCE {acme}.contacts_note_id_seq FROM "{acme_role}"',
        "lacks USAGE on SEQUENCE",
        "acme",
    ),
    Defect(
        "privilege-is-missing",
        'CREATE TABLE {acme}.forgotten (id int);\nALTER TABLE {acme}.forgotten OWNER TO "{owner}"',
        "forgotten",
        "acme",
        afterwards="DROP TABLE IF EXISTS {acme}.forgotten",
    ),
    Defect("privilege-is-missing", "REVOKE USAGE ON SCHEMA extensions FROM PUBLIC", "PUBLIC lacks USAGE"),
    Defect(
        "default-privilege-is-missing",
        'ALTER DEFAULT PRIVILEGES FOR ROLE "{owner}" IN SCHEMA {acme} '
        'REVOKE INSERT ON TABLES FROM "{acme_role}"',
        "will lack INSERT on later tables",
        "acme",
    ),
    Defect(
        "default-privilege-too-many",
        'ALTER DEFAULT PRIVILEGES FOR ROLE "{owner}" IN SCHEMA {acme} GRANT SELECT ON TABLES TO PUBLIC',
        "PUBLIC will have SELECT",
        "acme",
    ),
    Defect(
        "default-privilege-too-many",
        'ALTER DEFAULT PRIVILEGES FOR ROLE "{owner}" GRANT SELECT ON TABLES TO "{acme_role}"',
        "every schema",
    ),
    # Walls
    Defect(
        "wall-has-a-hole",
        'GRANT USAGE ON SCHEMA {globex} TO "{acme_role}";\n'
        'GRANT SELECT ON ALL TABLES IN SCHEMA {globex} TO "{acme_role}"',
        "'acme' reads 'globex_",
        "acme",
    ),
    Defect(
        "wall-has-a-hole",
        'GRANT USAGE ON SCHEMA master TO "{acme_role}";\n'
        'GRANT SELECT ON ALL TABLES IN SCHEMA master TO "{acme_role}"',
        "reads the platform's table of tenants",
        "acme",
    ),
    Defect(
        "wall-has-a-hole",
        'GRANT USAGE ON SCHEMA {acme} TO "{master_role}";\n'
        'GRANT SELECT ON ALL TABLES IN SCHEMA {acme} TO "{master_role}"',
        "role of the platform",
        "acme",
    ),
    Defect(
        "tenant-finds-nothing",
        'SET ROLE "{owner}";\nREVOKE USAGE ON SCHEMA {acme} FROM "{acme_role}"',
        "does not exist",
        "acme",
    ),
]


def names_of(patient):
    names = {
        "owner": "terrace:owner",
        "master_role": "terrace:master",
        "template": template_database_name("main", current_version()),
    }
    for company in (patient.acme, patient.globex, patient.initech, patient.hooli):
        names |= {
            company.subdomain: company.schema_name,
            f"{company.subdomain}_role": f"terrace:{company.schema_name}",
        }
    return names
