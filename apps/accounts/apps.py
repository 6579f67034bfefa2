from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "apps.accounts"
    verbose_name = "Accounts"

    def ready(self) -> None:
        from allauth.account.signals import email_changed, email_confirmed

        from apps.accounts.receivers import list_in_directory, record_email_change

        email_confirmed.connect(list_in_directory, dispatch_uid="accounts-directory")
        email_changed.connect(record_email_change, dispatch_uid="accounts-email-changed")
