from django.apps import AppConfig


class WwwConfig(AppConfig):
    name = "apps.www"
    verbose_name = "Public site"
