from django.apps import AppConfig
from django.core import checks

from lib.forms.checks import check_hidden_fields


class FormsConfig(AppConfig):
    name = "lib.forms"
    label = "enhanced_forms"

    def ready(self) -> None:
        checks.register(check_hidden_fields)
