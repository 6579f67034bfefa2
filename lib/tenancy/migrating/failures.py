"""Which failures pass when one waits, and which stay."""

from django.db import DatabaseError, InterfaceError, OperationalError
from psycopg2 import errorcodes

_PASSING = {
    errorcodes.LOCK_NOT_AVAILABLE,
    errorcodes.DEADLOCK_DETECTED,
    errorcodes.SERIALIZATION_FAILURE,
    errorcodes.TOO_MANY_CONNECTIONS,
    errorcodes.OBJECT_IN_USE,
}
# Connection exceptions, and a server that is shut down, crashed or starts up.
_PASSING_CLASSES = (errorcodes.CLASS_CONNECTION_EXCEPTION, "57P")


def sqlstate(error: BaseException) -> str | None:
    """Return the SQLSTATE that the server gave with an error of Django's, if it gave one."""
    return getattr(error.__cause__, "pgcode", None)


def is_passing(error: BaseException) -> bool:
    """Return whether the same may go well in a while: a lock that others hold, a server that starts anew."""
    if not isinstance(error, DatabaseError | InterfaceError):
        return False
    code = sqlstate(error)
    return is_lost(error) or code in _PASSING


def is_lost(error: BaseException) -> bool:
    """Return whether the connection is gone, and with it the answer whether a transaction was committed."""
    if not isinstance(error, DatabaseError | InterfaceError):
        return False
    code = sqlstate(error)
    if code is None:
        # libpq's own: there was nobody to give a code.
        return isinstance(error, OperationalError | InterfaceError)
    return code.startswith(_PASSING_CLASSES)
