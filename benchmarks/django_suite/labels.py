"""Which folders of Django's tests are run: those that meet a database, and how it is used."""

# What a statement can be and what a transaction can go through: the ways past a backend are here.
_REPRESENTATIVE = """
    aggregation async backends basic bulk_create cache composite_pk constraints custom_lookups
    datatypes db_utils dbshell delete distinct_on_fields expressions expressions_window fixtures
    force_insert_update foreign_object get_or_create indexes inspectdb introspection migrate_signals
    migrations multiple_database queries raw_query save_delete_hooks schema select_for_update
    servers sessions_tests timezones transaction_hooks transactions
"""

# No postgres_tests: the embedded server is built without the extensions that they need.
_THE_OTHERS = """
    admin_views aggregation_regress annotations asgi auth_tests base contenttypes_tests custom_pk
    dates datetimes db_functions db_typecasts defer delete_regress empty expressions_case
    field_defaults filtered_relation fixtures_regress flatpages_tests from_db_value
    generic_relations handlers inline_formsets lookup m2m_through many_to_many migrations2
    model_fields model_forms model_inheritance modeladmin nested_foreign_keys one_to_one
    order_with_respect_to ordering prefetch_related proxy_models queryset_pickle redirects_tests
    serializers sites_tests test_client test_runner test_utils unmanaged_models update user_commands
    view_tests
"""

PARTS = {
    "representative": sorted(_REPRESENTATIVE.split()),
    "whole": sorted(f"{_REPRESENTATIVE} {_THE_OTHERS}".split()),
}

# They compare seconds of the processor, and fail on a busy machine whatever the backend.
MEASURE_TIME = {
    "serializers.test_deserialization.TestDeserializer.test_crafted_xml_performance",
}

# PostgreSQL 18 keeps NOT NULL as named constraints. Django 5.2 lists them among those of a table, which these
# tests do not expect; our introspection leaves them out.
STOCK_ALONE_FAILS = {
    "introspection.tests.IntrospectionTests.test_get_constraints",
    *(
        f"schema.tests.SchemaTests.test_{name}"
        for name in (
            "add_indexed_charfield",
            "add_unique_charfield",
            "alter_field_add_db_index_to_charfield_with_unique",
            "alter_field_add_index_to_charfield",
            "alter_field_add_index_to_textfield",
            "alter_field_add_unique_to_charfield",
            "alter_field_add_unique_to_charfield_with_db_index",
            "alter_field_remove_unique_and_db_index_from_charfield",
            "alter_field_swap_unique_and_db_index_with_charfield",
            "indexed_charfield_to_textfield",
        )
    ),
}
