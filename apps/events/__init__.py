"""Who did what in a company, when and from where: rows that are added and never changed.

verbs.py        what can be recorded        models.py   what is remembered of it
recording.py    record(), for all apps      changes.py  what differs between two states of a row
origins.py      the request it came from    middleware.py  says which request that is
filters.py, exports.py, views.py, access.py: the owners' page and its file
retention.py    removing what is too old, by the command prune_events
"""
