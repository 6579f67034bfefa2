"""What a request costs: the same view on plain Django, on Terrace and on django-tenants.

Each contestant is a folder: its settings, and how it is furnished with companies and rows. What they share
is `shop/` (the model and the view) and `stack.py` (apps and middleware). `python -m benchmarks.requests`
compares them.
"""
