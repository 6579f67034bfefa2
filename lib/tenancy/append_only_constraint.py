"""The second and the third lock on rows that are only added, in the words of PostgreSQL.

The role of the tenant, or its login, loses UPDATE, DELETE and TRUNCATE on the table. A trigger refuses them
to whoever asks, the owner included: the only lock where there are no roles. It is part of the schema, so the
template, databases and dumps have it, and by its name the tables are known when rights are granted anew.
"""

from typing import Any

from django.db.models import BaseConstraint, Model

from lib.tenancy.identifiers import quote_identifier

# A constraint's name ends with it, so its trigger's does.
SUFFIX = "_append_only"
_RIGHTS = "UPDATE, DELETE, TRUNCATE"


class AppendOnlyConstraint(BaseConstraint):
    """Makes a table one whose rows are added and never changed. `name` ends with `_append_only`."""

    def __init__(self, *, name: str, **options: Any) -> None:
        if not name.endswith(SUFFIX):
            raise ValueError(
                f"{name!r} must end with {SUFFIX!r}: by it the table is known to be append-only."
            )
        super().__init__(name=name, **options)

    def create_sql(self, model: type[Model] | None, schema_editor: Any) -> str:
        assert model is not None
        table, name = quote_identifier(model._meta.db_table), quote_identifier(self.name)
        return (
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN\n"
            "RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',\n"
            "MESSAGE = 'rows of ' || TG_TABLE_NAME || ' are added and never changed',\n"
            "HINT = 'Add a row that corrects the earlier one. Operators remove old rows by a command.';\n"
            "END $$;\n"
            f"CREATE TRIGGER {name} BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {name}();\n{_for_each_grantee(table, 'REVOKE', 'FROM')}"
        )

    def constraint_sql(self, model: type[Model] | None, schema_editor: Any) -> str:
        # No part of CREATE TABLE: it follows at the end of the migration.
        schema_editor.deferred_sql.append(self.create_sql(model, schema_editor))
        return ""

    def remove_sql(self, model: type[Model] | None, schema_editor: Any) -> str:
        assert model is not None
        table, name = quote_identifier(model._meta.db_table), quote_identifier(self.name)
        given_back = _for_each_grantee(table, "GRANT", "TO", "UPDATE, DELETE")
        return f"DROP TRIGGER {name} ON {table};\nDROP FUNCTION {name}();\n{given_back}"

    def validate(
        self, model: type[Model], instance: Any, exclude: Any = None, using: str = "default"
    ) -> None:
        """Accept every new row: it is changing one that is refused."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AppendOnlyConstraint) and self.name == other.name

    def __hash__(self) -> int:
        return hash(self.name)


def keep_append_only(schema: str, role: str) -> str:
    """Return the SQL, for the owner, that takes from `role` what append-only tables of `schema` refuse it."""
    where, who = _in_text(quote_identifier(schema)), _in_text(quote_identifier(role))
    return (
        "DO $$ DECLARE each regclass; BEGIN\n"
        "FOR each IN SELECT tgrelid::regclass FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid\n"
        f"WHERE relnamespace = '{where}'::regnamespace AND NOT tgisinternal\n"
        f"AND right(tgname, {len(SUFFIX)}) = '{SUFFIX}'\n"
        f"LOOP EXECUTE 'REVOKE {_RIGHTS} ON ' || each || ' FROM {who}'; END LOOP; END $$;\n"
    )


def _for_each_grantee(table: str, verb: str, preposition: str, rights: str = _RIGHTS) -> str:
    """Return the SQL that grants or revokes for whoever may add rows and does not own the table."""
    table = _in_text(table)
    return (
        "DO $$ DECLARE who regrole; BEGIN\n"
        "FOR who IN SELECT grantee FROM pg_class, aclexplode(relacl) WHERE pg_class.oid = "
        f"'{table}'::regclass\nAND privilege_type = 'INSERT' AND grantee NOT IN (relowner, 0)\n"
        f"LOOP EXECUTE '{verb} {rights} ON {table} {preposition} ' || who; END LOOP; END $$;\n"
    )


def _in_text(sql: str) -> str:
    return sql.replace("'", "''")
