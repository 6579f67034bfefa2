from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "benchmarks.fleet.their_customers"
    label = "customers"
