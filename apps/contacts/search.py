"""Text as it is searched: in lower case, without accents, and with umlauts written as two letters besides.

    Löwen → "lowen loewen"      Łódź → "lodz lodz"      Straße → "strasse strasse"

PostgreSQL does it, in columns it keeps itself, so that no way to save a row misses them.
"""

from django.db.models import Func, GeneratedField, Q, TextField, Value

# Letters that Unicode does not take apart into a plain one and its accent.
_LETTERS = {"ø": "o", "đ": "d", "ð": "d", "ħ": "h", "\u0131": "i", "ł": "l", "ŧ": "t"}
_DIGRAPHS = {"ß": "ss", "æ": "ae", "œ": "oe", "þ": "th"}
# As people write who have no such key, or in their passport.
_SPELLED_OUT = {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"}


def searched_by(*columns: str) -> GeneratedField:
    """Return a column, kept by PostgreSQL, by which these columns, none of them NULL, are searched.

    A change of the letters above needs a migration, which `makemigrations` writes.
    """
    text = Func(
        *columns,
        template=f"{_PLAIN} || ' ' || {_PLAIN_SPELLED_OUT}",
        arg_joiner=" || ' ' || ",
        output_field=TextField(),
    )
    return GeneratedField(expression=text, output_field=TextField(), db_persist=True)


def holding(column: str, word: str) -> Q:
    """Return the condition that a column of `searched_by` holds `word`, however either is written."""
    if word.isascii():
        return Q(**{f"{column}__contains": word.lower()})
    # An umlaut that is typed may stand for two letters as well: "Löwen" finds "Loewen".
    plain, spelled_out = (
        Func(Value(word), template=template, output_field=TextField())
        for template in (_PLAIN, _PLAIN_SPELLED_OUT)
    )
    return Q(**{f"{column}__contains": plain}) | Q(**{f"{column}__contains": spelled_out})


def _replaced(sql: str, replacements: dict[str, str]) -> str:
    for letter, other in replacements.items():
        sql = f"replace({sql}, '{letter}', '{other}')"
    return sql


def _without_accents(sql: str) -> str:
    apart = f"normalize({_replaced(sql, _DIGRAPHS)}, NFKD)"
    letters = f"translate({apart}, '{''.join(_LETTERS)}', '{''.join(_LETTERS.values())}')"
    return rf"regexp_replace({letters}, '[\u0300-\u036f]', '', 'g')"


# Templates of Django's Func. Composed first: an umlaut may come as a letter and two dots.
_TEXT = "normalize(lower(%(expressions)s), NFC)"
_PLAIN = _without_accents(_TEXT)
_PLAIN_SPELLED_OUT = _without_accents(_replaced(_TEXT, _SPELLED_OUT))
