"""The people a company knows, and where they work: the sample app.

One feature in one folder, to read and to copy. It never names a company: its tables exist once in
every workspace, and every statement already carries the right one.

    models.py    what is remembered        forms.py       what may be typed
    versions.py  who saved last            validators.py  what a number looks like
    services.py  what a save does          filters.py     what may be asked of a list
    search.py    how names are found
    exports.py   the list as a file        urls.py        the addresses
    views/       one function for each address
"""
