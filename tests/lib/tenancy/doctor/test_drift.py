"""A tenant's catalog against the template's: each difference is named, and its cure makes the two alike."""

import pytest

# What is done to a table of Acme, what is said of it, and by which finding.
DIFFERENCES = [
    (
        "ALTER TABLE contacts_contact ALTER COLUMN job_title TYPE varchar(40)",
        "contacts_contact: column job_title is varchar(40) NOT NULL here, "
        "varchar(100) NOT NULL in the template.",
        "drift-different",
    ),
    (
        "ALTER TABLE contacts_contact ALTER COLUMN last_name DROP NOT NULL",
        "column last_name",
        "drift-different",
    ),
    (
        "ALTER TABLE contacts_note ALTER COLUMN body SET DEFAULT 'x'",
        "DEFAULT 'x'::text here",
        "drift-different",
    ),
    (
        "ALTER TABLE contacts_note ALTER COLUMN id DROP IDENTITY",
        "AS IDENTITY in the template",
        "drift-different",
    ),
    ("ALTER TABLE contacts_note ALTER COLUMN id SET GENERATED ALWAYS", "GENERATED ALWAYS", "drift-different"),
    ("ALTER TABLE contacts_note ADD COLUMN extra int", "column extra is not in", "drift-surplus"),
    (
        "ALTER TABLE contacts_note DROP COLUMN body",
        "contacts_note: column body is missing.",
        "drift-missing",
    ),
    ("DROP TABLE contacts_note", "table contacts_note is missing.", "drift-missing"),
    ("CREATE TABLE extra (id int primary key)", "table extra is not in the template.", "drift-surplus"),
    (
        "ALTER TABLE contacts_phonenumber DROP CONSTRAINT phone_number_kind_is_known",
        "constraint phone_number_kind_is_known is missing.",
        "drift-missing",
    ),
    (
        "ALTER TABLE contacts_phonenumber DROP CONSTRAINT phone_number_kind_is_known;\n"
        "ALTER TABLE contacts_phonenumber "
        "ADD CONSTRAINT phone_number_kind_is_known CHECK (kind <> 'x') NOT VALID",
        "NOT VALID here",
        "drift-different",
    ),
    (
        "ALTER TABLE contacts_note ADD CHECK (id > 0)",
        "constraint contacts_note_id_check is not",
        "drift-surplus",
    ),
    ("CREATE INDEX extra ON contacts_note (body)", "contacts_note: index extra is not", "drift-surplus"),
    ("DROP INDEX {an_index}", "contacts_note: index", "drift-missing"),
    (
        "ALTER SEQUENCE contacts_note_id_seq CACHE 10",
        "identity sequence contacts_note_id_seq",
        "drift-different",
    ),
    ("CREATE SEQUENCE extra", "sequence extra", "drift-surplus"),
    ("CREATE VIEW extra AS SELECT id FROM contacts_note", "view extra is not", "drift-surplus"),
    ("CREATE MATERIALIZED VIEW extra AS SELECT 1 AS a", "materialized view extra", "drift-surplus"),
    (
        "CREATE FUNCTION extra(a int) RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "function extra(a integer) is not",
        "drift-surplus",
    ),
    (
        "CREATE FUNCTION extra() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';\n"
        "CREATE TRIGGER extra BEFORE INSERT ON contacts_note FOR EACH ROW EXECUTE FUNCTION extra()",
        "contacts_note: trigger extra is not",
        "drift-surplus",
    ),
    (
        "ALTER TABLE contacts_note ENABLE ROW LEVEL SECURITY",
        "table contacts_note is row security",
        "drift-different",
    ),
    ("CREATE POLICY extra ON contacts_note USING (true)", "policy extra is not", "drift-surplus"),
    ("CREATE RULE extra AS ON DELETE TO contacts_note DO INSTEAD NOTHING", "rule extra", "drift-surplus"),
    ("CREATE TYPE extra AS ENUM ('a', 'b')", "type extra", "drift-surplus"),
    ("CREATE DOMAIN extra AS text CHECK (value <> '')", "domain extra", "drift-surplus"),
    ("ALTER TABLE contacts_note SET UNLOGGED", "table contacts_note is unlogged here", "drift-different"),
    ("ALTER TABLE contacts_note SET (fillfactor = 70)", "fillfactor=70", "drift-different"),
]


@pytest.mark.parametrize(("sql", "says", "name"), DIFFERENCES, ids=lambda value: str(value)[:40])
def test_a_difference_is_named_and_its_cure_takes_it_away(sql, says, name, patient):
    # By turns in a schema, and in a database of its own.
    is_schema = len(sql) % 2 == 0
    company = patient.acme if is_schema else patient.initech
    database = "terrace" if is_schema else company.database_name
    sql = sql.format(an_index=an_index(patient, company.schema_name, database))
    at_home = f'SET search_path = {company.schema_name};\nSET ROLE "terrace:owner";\n'
    patient.run(at_home + sql, database)
    found = drift(patient)
    assert any(says in finding.what and finding.name == name for finding in found), found
    assert {(finding.tenant, finding.database) for finding in found} == {(company.subdomain, database)}
    for finding in found:
        patient.run(finding.cure, finding.database)
    assert patient.findings(sample=0) == []


# Made in the template: what a tenant then lacks is made by its cure from PostgreSQL's own description.
THINGS = [
    'CREATE TABLE extra (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name varchar(9) COLLATE "C" '
    "DEFAULT 'a' NOT NULL, twice int GENERATED ALWAYS AS (2) STORED, UNIQUE (name));\n"
    "CREATE INDEX extra_upper ON extra (upper(name)) WHERE name <> 'x';\n"
    "ALTER TABLE extra ENABLE ROW LEVEL SECURITY;\nCREATE POLICY extra ON extra FOR SELECT USING (true)",
    "CREATE SEQUENCE extra INCREMENT 5 MAXVALUE 100 CYCLE",
    "CREATE VIEW extra AS SELECT id FROM contacts_note",
    "CREATE MATERIALIZED VIEW extra AS SELECT id FROM contacts_note;\nCREATE INDEX extra_id ON extra (id)",
    "CREATE FUNCTION extra(a int) RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM contacts_note'",
    "CREATE PROCEDURE extra() LANGUAGE sql AS 'SELECT 1'",
    "CREATE TYPE extra AS ENUM ('a', 'b');\nALTER TABLE contacts_note ADD COLUMN extra extra DEFAULT 'a'",
    "CREATE DOMAIN extra AS text CHECK (value <> '')",
    "CREATE FUNCTION extra() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';\n"
    "CREATE TRIGGER extra BEFORE INSERT ON contacts_note FOR EACH ROW EXECUTE FUNCTION extra();\n"
    "ALTER TABLE contacts_note DISABLE TRIGGER extra",
    "ALTER TABLE contacts_note ADD CONSTRAINT extra CHECK (body IN ('a', 'b', 'c''d'))",
    "CREATE RULE extra AS ON DELETE TO contacts_note DO INSTEAD NOTHING",
]


@pytest.mark.parametrize("sql", THINGS, ids=lambda sql: sql[:40])
def test_what_the_template_has_is_made_by_the_cures(sql, patient):
    template = 'SET search_path = tenant_template_b41f;\nSET ROLE "terrace:owner";\n'
    patient.run(template + "BEGIN;\n" + sql + ";\nCOMMIT")
    try:
        found = drift(patient)
        tenants = {"acme", "globex", "initech", "hooli"}
        assert {(finding.tenant, finding.name) for finding in found} == {
            (t, "drift-missing") for t in tenants
        }
        for finding in found:
            patient.run(finding.cure, finding.database)
        assert drift(patient) == []
    finally:
        undo(patient)
    for finding in drift(patient):  # what was made is surplus now
        patient.run(finding.cure, finding.database)
    assert patient.findings(sample=0) == []


def test_one_that_is_behind_is_not_compared(patient):
    patient.run("UPDATE master.companies_company SET version = '00001-x' WHERE subdomain = 'acme'")
    patient.run(f"ALTER TABLE {patient.acme.schema_name}.contacts_note ADD COLUMN extra int")
    assert patient.names() == ["tenant-is-behind"]
    patient.run(f"ALTER TABLE {patient.acme.schema_name}.contacts_note DROP COLUMN extra")
    patient.run(
        "UPDATE master.companies_company SET version = (SELECT max(version) FROM master.companies_company)"
    )
    assert patient.findings() == []


def drift(patient):
    return [finding for finding in patient.findings(sample=0) if finding.name.startswith("drift-")]


def an_index(patient, schema, database):
    ((name,),) = patient.rows(
        "SELECT min(indexname) FROM pg_indexes WHERE tablename = 'contacts_note' AND indexname !~ '_pkey$' "
        f"AND schemaname = '{schema}'",
        database,
    )
    return name


def undo(patient):
    """Take what a test has put into the template out of it again."""
    schema = "tenant_template_b41f"
    patient.run(f"ALTER TABLE {schema}.contacts_note DROP COLUMN IF EXISTS extra")
    patient.run(f"ALTER TABLE {schema}.contacts_note DROP CONSTRAINT IF EXISTS extra")
    patient.run(f"DROP RULE IF EXISTS extra ON {schema}.contacts_note")
    for kind, name in patient.rows(
        "SELECT CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE' "
        "ELSE 'TABLE' END, oid::regclass::text FROM pg_class WHERE relname = 'extra' AND relkind IN "
        f"('r', 'v', 'm', 'S') AND relnamespace = '{schema}'::regnamespace"
    ):
        patient.run(f"DROP {kind} {name}")
    for (name,) in patient.rows(
        f"SELECT oid::regprocedure::text FROM pg_proc WHERE proname = 'extra' "
        f"AND pronamespace = '{schema}'::regnamespace"
    ):
        patient.run(f"DROP ROUTINE {name} CASCADE")
    for (name,) in patient.rows(
        f"SELECT oid::regtype::text FROM pg_type WHERE typname = 'extra' "
        f"AND typnamespace = '{schema}'::regnamespace"
    ):
        patient.run(f"DROP {'DOMAIN' if 'domain' in name else 'TYPE'} {name}")
