"""One thing of a schema, its name and its definition."""

from typing import NamedTuple


class Key(NamedTuple):
    """Name one thing of a schema: `column` `phone` of `contacts_contact`.

    What belongs to no relation, such as a function, has itself as `relation` and no `part`.
    """

    kind: str
    relation: str
    part: str = ""


# What a schema holds: each thing's definition as PostgreSQL writes it, with `@own` in place of the schema.
Catalog = dict[Key, str]
