from django.apps import AppConfig


class TokensConfig(AppConfig):
    name = "lib.commands.tokens"
    label = "commands_tokens"
    verbose_name = "Tokens of commands"
