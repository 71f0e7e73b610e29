"""A connection string that cannot print its password."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit

from .errors import ConfigError


@dataclass(frozen=True, slots=True)
class Dsn:
    """Where a database is and who connects to it.

    `host` is a name, an address, or the folder of a unix socket (then it starts with `/`).
    `str()` and `repr()` show `***` for the password; `url()` and `conninfo()` are the two ways to get it out.
    """

    host: str
    port: int
    dbname: str
    user: str
    password: str = field(default="", repr=False)
    options: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str) -> Dsn:
        """Read a `postgresql://` URL (also `postgres://`, and SQLAlchemy's `postgresql+driver://`).

        Raises ConfigError without repeating the text, since it may hold a password.
        """
        try:
            parts = urlsplit(text.strip().replace("#", "%23"))  # libpq knows no fragments; passwords do have a #
            options = dict(parse_qsl(parts.query, keep_blank_values=True))
            port = int(options.pop("port", "") or parts.port or 5432)
        except ValueError:
            parts, port, options = None, 0, {}
        if parts is None or parts.scheme.split("+")[0] not in ("postgresql", "postgres") or _is_torn(parts):
            raise ConfigError(
                "This is not a PostgreSQL URL.",
                "It must look like postgresql://user:password@host:5432/dbname. "
                "The text given is not shown: it may hold a password.",
                "correct the URL; quote special characters in the password as %XX",
            )
        host = unquote(parts.hostname or "") or options.pop("host", "") or "localhost"
        user = unquote(parts.username or "") or options.pop("user", "") or "postgres"
        password = unquote(parts.password or "") or options.pop("password", "")
        dbname = unquote(parts.path.lstrip("/")) or options.pop("dbname", "") or user
        return cls(host, port, dbname, user, password, options)

    def replace(self, **changes: object) -> Dsn:
        """The same place with some parts changed."""
        from dataclasses import replace

        return replace(self, **changes)  # type: ignore[arg-type]

    def url(self, scheme: str = "postgresql") -> str:
        """The URL with the password in it: for the environment and for drivers, never for a person's eyes."""
        return self._url(scheme, quote(self.password, safe=""))

    def conninfo(self) -> str:
        """A libpq connection string with the password in it."""
        pairs = {"host": self.host, "port": str(self.port), "dbname": self.dbname, "user": self.user}
        if self.password:
            pairs["password"] = self.password
        pairs.update(self.options)
        return " ".join(f"{key}='{_conninfo_value(value)}'" for key, value in pairs.items())

    def __str__(self) -> str:
        return self._url("postgresql", "***" if self.password else "")

    def _url(self, scheme: str, password: str) -> str:
        options = dict(self.options)
        if self.host.startswith("/"):
            where, options = "", {"host": self.host, "port": str(self.port), **options}
        else:
            where = (f"[{self.host}]" if ":" in self.host else self.host) + f":{self.port}"
        secret = f":{password}" if password else ""
        query = "?" + urlencode(options, quote_via=quote) if options else ""
        return f"{scheme}://{quote(self.user, safe='')}{secret}@{where}/{quote(self.dbname, safe='')}{query}"


def _is_torn(parts: SplitResult) -> bool:
    """Whether an unquoted `/` or `?` of the password was taken for the end of the host."""
    return "@" not in parts.netloc and ("@" in parts.path or (not parts.path and "@" in parts.query))


def _conninfo_value(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "\\'")
