"""`make bench`: how long it takes to make and to migrate many companies.

Three contestants on one server with the same models, in turns: this project, django-tenants, and the limit,
which is the same SQL sent by psycopg2 alone. Each measurement is a process of its own.
"""
