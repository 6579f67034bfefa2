"""One error per cure: each says what happened, with which value, and what to do next."""


class TenancyError(Exception):
    """Base of everything this package raises."""


class NoTenantError(TenancyError):
    """Raised when a statement for a tenant would be sent while no tenant is active. Nothing was sent."""

    def __init__(self, doing: str = "a statement on the alias 'default'") -> None:
        super().__init__(
            f"No tenant is active, so {doing} has no schema to go to. "
            "In code: enter `with tenant_context(tenant): ...`. "
            "On the command line: `python manage.py tenant <subdomain> <command>`. "
            "For the platform's own tables use the alias 'master'."
        )


class TenantChangeError(TenancyError):
    """Raised when the tenant would change inside an open transaction of another tenant."""

    def __init__(self, owner: object, wanted: object) -> None:
        super().__init__(
            f"A transaction of {owner} is open, so the tenant cannot become {wanted}: its deferred "
            "checks and its COMMIT would run under the wrong one. Leave transaction.atomic() first, or "
            "commit what was begun without it, then enter tenant_context()."
        )


class NoTransactionError(TenancyError):
    """Raised when a lock is wanted that ends with the transaction, and no transaction is open."""

    def __init__(self, name: str, alias: str) -> None:
        super().__init__(
            f"The lock {name!r} lasts as long as a transaction of alias {alias!r}, and none is open. "
            f"Take it inside `with transaction.atomic(using={alias!r}): ...`."
        )


class WrongTenantError(TenancyError):
    """Raised when what one tenant made or loaded is used under another. Nothing was read or written."""

    def __init__(self, what: str, owner: str, current: str, doing: str) -> None:
        self.owner = owner
        self.current = current
        super().__init__(
            f"{what} belongs to {owner}, so it cannot {doing} while {current} is the current tenant: "
            f"the same keys mean other rows there. Use it inside `with tenant_context(...)` of {owner}; "
            f"or, for {current}, load or make another one from plain values."
        )


class HostError(TenancyError):
    """Base of the reasons for which a Host header leads nowhere."""


class MalformedHostError(HostError):
    """Raised for a Host header that cannot be a name under any domain."""

    def __init__(self, host: str) -> None:
        shown = host if len(host) <= 80 else f"{host[:77]}..."
        super().__init__(f"{shown!r} is not a host name. Send the header as name or name:port.")


class UnknownHostError(HostError):
    """Raised for a well-formed host that is not one label below the base domain."""

    def __init__(self, host: str, base_domain: str) -> None:
        super().__init__(
            f"{host!r} is not an address under {base_domain!r}. "
            "Set BASE_URL in .env to the address this site is served from."
        )


class InvalidSubdomainError(TenancyError):
    """Raised for a subdomain that can never be given to a tenant; `reason` is fit to show to a person."""

    def __init__(self, subdomain: str, reason: str) -> None:
        self.reason = reason
        super().__init__(f"{subdomain!r} cannot be a subdomain: {reason}")


class SubdomainTakenError(TenancyError):
    """Raised when another tenant has, or is just now getting, the subdomain."""

    def __init__(self, subdomain: str) -> None:
        self.subdomain = subdomain
        super().__init__(f"The subdomain {subdomain!r} is taken. Choose another one.")


class TenantDoesNotExistError(TenancyError):
    """Raised when a name given by a person belongs to no tenant."""

    def __init__(self, subdomain: str) -> None:
        super().__init__(
            f"There is no tenant with the subdomain {subdomain!r}. "
            "`python manage.py tenants` lists those there are."
        )


class TemplateMissingError(TenancyError):
    """Raised when no template matches the tenant migrations of this code."""

    def __init__(self, version: str) -> None:
        super().__init__(
            f"There is no tenant template for the migrations of this code (version {version}), so no tenant "
            "can be provisioned. Make it with: python manage.py prepare"
        )


class AppendOnlyError(TenancyError):
    """Raised when a row of an append-only model would be changed or deleted. Nothing was sent."""

    def __init__(self, label: str, doing: str) -> None:
        super().__init__(
            f"Rows of {label} cannot be {doing}: they are added and stay as they were written. "
            "Add a row that corrects the earlier one. To remove old rows, operators have a command."
        )


class TemplateBuildError(TenancyError):
    """Raised when the template could not be dumped; nothing was stored."""


class ProvisioningError(TenancyError):
    """Raised when a tenant could not be made. Everything done for it was rolled back."""

    def __init__(self, subdomain: str, cause: BaseException) -> None:
        super().__init__(
            f"The tenant {subdomain!r} could not be provisioned: {type(cause).__name__}: {cause}. "
            "Nothing of it is left but a row in state 'failed' with this reason; the next try replaces it."
        )


class UnreachableDatabaseError(TenancyError):
    """Raised when nobody lets us into the database; the message holds the SQL for what may be missing."""

    def __init__(self, *, database: str, role: str, server: str, reason: str, cures: list[str]) -> None:
        lines = "\n".join(f"  {sql}" for sql in cures)
        super().__init__(
            f"The database {database!r} at {server} does not let the login {role!r} in:\n  {reason}\n"
            "If no server runs there, start it; without DATABASE_URL, `make run` starts one of its own.\n"
            f"If DATABASE_URL is right, a superuser of that server makes what is missing:\n{lines}"
        )


class PrivilegeError(TenancyError):
    """Raised when the login role lacks something; the message holds the SQL that grants it."""

    def __init__(self, role: str, missing: list[tuple[str, str]]) -> None:
        problems = "\n".join(f"  - {what}" for what, _ in missing)
        cures = "\n".join(f"  {sql}" for _, sql in missing if sql)
        message = f"The database login {role!r} cannot run the platform:\n{problems}"
        if cures:
            message += f"\nAs a superuser of that server, run:\n{cures}"
        super().__init__(message)


class UnknownServerError(TenancyError):
    """Raised when a tenant is placed on a server that the settings do not name."""

    def __init__(self, name: str, known: list[str]) -> None:
        super().__init__(
            f"There is no PostgreSQL server named {name!r}; there are {', '.join(known)}. "
            "Name it in TENANCY_SERVERS in .env, as name=postgres://user:password@host:port/database."
        )


class EncryptionKeyError(TenancyError):
    """Raised when the password of a tenant's login cannot be encrypted or decrypted."""

    def __init__(self, problem: str) -> None:
        super().__init__(
            f"The passwords of tenants' database logins are not readable: {problem}. TENANCY_KEYS in .env "
            "holds the keys, separated by commas: the first encrypts, all decrypt. Make one with: "
            'python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"'
        )
