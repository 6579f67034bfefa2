from django.contrib.sessions import middleware
from django.contrib.sessions.exceptions import SessionInterrupted
from django.http import HttpRequest, HttpResponse

from lib.security.database_unavailable import unavailable_cause


class SessionMiddleware(middleware.SessionMiddleware):
    """Django's, but a session that could not be saved for want of a database is not called "deleted".

    Django takes every database error while saving for a logout elsewhere, and answers 400.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        try:
            return super().process_response(request, response)
        except SessionInterrupted as error:
            cause = unavailable_cause(error)
            if cause is None:
                raise
            raise cause from None
