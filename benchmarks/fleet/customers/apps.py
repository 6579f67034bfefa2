from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "benchmarks.fleet.customers"
    label = "customers"
