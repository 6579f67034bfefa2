"""Serves the files that a company keeps in `lib.tenancy.files`, to its members alone."""
