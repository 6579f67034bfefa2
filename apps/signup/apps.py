from django.apps import AppConfig


class SignupConfig(AppConfig):
    name = "apps.signup"
    verbose_name = "Sign-up"
