"""Django's own test suite through `lib.tenancy.postgresql`, against the backend that Django ships.

A tenant is active all the time, so every test of Django's becomes a test of ours. The two backends run on the
same embedded PostgreSQL, and the proof is that the same tests fail: `python -m benchmarks.django_suite`.
"""
