"""A row in the tenant's own database that says whether the transaction which sent a job has committed.

An app of its own, because its table is every tenant's and not the master's.
"""
