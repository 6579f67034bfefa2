from django.core.validators import RegexValidator

# What people write on cards: +44 (0)20 7946-0018 ext. 12
phone_number = RegexValidator(
    r"^[+(]?[0-9][0-9 ()./-]+( ?(x|ext\.?) ?[0-9]{1,6})?$",
    "Write digits, spaces and ( ) . / - only, for example +44 20 7946 0018.",
    code="not_a_phone_number",
)
