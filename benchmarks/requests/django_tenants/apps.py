from django.apps import AppConfig


class ClientsConfig(AppConfig):
    name = "benchmarks.requests.django_tenants"
    # The library itself has the label `django_tenants`.
    label = "clients"
