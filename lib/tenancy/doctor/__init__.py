"""A check-up of a live installation: is what keeps tenants apart really there, and does it hold?

`examination.py` goes round; each other file looks at one thing and yields findings. Nothing is changed.
"""
