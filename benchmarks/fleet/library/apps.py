from django.apps import AppConfig


class LibraryConfig(AppConfig):
    name = "benchmarks.fleet.library"
    label = "library"
