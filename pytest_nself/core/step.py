"""The five kinds of step that a plan is made of: values, whose effects belong to `execute`.

A hazard is a plain string (`data-loss`), so that findings can hold steps and steps need no findings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from .place import Place
from .secret import Secret
from .sql import Sql

DATA_LOSS = "data-loss"
"""The step may destroy rows that nothing else holds."""

PRODUCTION = "production"
"""Not a step's own hazard: what must be accepted before any step runs on a production database."""

NO_HAZARDS: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL for the server.

    `params` are bound as `%s` (such a statement travels in a message of its own). `database` names another database
    of the same server. `expects` lists the rows that must come back, each value as the server prints it; other rows
    stop the plan. Timeouts are in milliseconds, None leaves the session's own. `place` is where the text begins in
    its file. `if_refused` is sent when the server answers with an ERROR to a statement outside a transaction.
    """

    title: str
    sql: Sql
    params: tuple[object, ...] = ()
    database: str | None = None
    expects: tuple[tuple[str | None, ...], ...] | None = None
    hazards: frozenset[str] = NO_HAZARDS
    lock_timeout_ms: int | None = None
    statement_timeout_ms: int | None = None
    place: Place | None = None
    if_refused: str = ""

    @property
    def sent(self) -> tuple[object, ...]:
        """What the plan's id is made of; secrets take part as `***`."""
        params = tuple(map(repr, self.params))
        timeouts = (self.lock_timeout_ms, self.statement_timeout_ms)
        kind = self.sql.transaction.value
        return ("statement", self.sql.text, kind, params, self.database, self.expects, timeouts, self.if_refused)


@dataclass(frozen=True, slots=True)
class CopyRows:
    """Rows for `table` (quoted and qualified by the caller, as are `columns`; none are the table's own).

    They are in COPY's text format, or in that which `options` say (`with (format csv)`). `source` yields chunks of
    bytes and can be called again; `rows` is how many there are; `identity` stands for the content in the plan's id:
    the sha256 of the file, or (version, seed, table, n).
    """

    title: str
    table: str
    columns: tuple[str, ...]
    source: Callable[[], Iterable[bytes]] = field(compare=False)
    rows: int
    identity: str
    options: str = ""
    hazards: frozenset[str] = NO_HAZARDS
    place: Place | None = None

    @property
    def query(self) -> str:
        """The COPY statement."""
        columns = f" ({', '.join(self.columns)})" if self.columns else ""
        return f"copy {self.table}{columns} from stdin {self.options}".rstrip()

    @property
    def sent(self) -> tuple[object, ...]:
        """What the plan's id is made of."""
        return ("copy", self.query, self.rows, self.identity)


@dataclass(frozen=True, slots=True)
class Command:
    """An outside program; `secret_env` is added to its environment."""

    title: str
    argv: tuple[str, ...]
    secret_env: Mapping[str, Secret] = field(default_factory=dict, hash=False)
    timeout_s: float | None = None
    hazards: frozenset[str] = NO_HAZARDS

    @property
    def sent(self) -> tuple[object, ...]:
        """What the plan's id is made of; of the environment only the names."""
        return ("command", self.argv, tuple(sorted(self.secret_env)), self.timeout_s)


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request."""

    title: str
    method: str
    url: str
    body: bytes = b""
    timeout_s: float = 30.0
    hazards: frozenset[str] = NO_HAZARDS

    @property
    def sent(self) -> tuple[object, ...]:
        """What the plan's id is made of."""
        return ("request", self.method, self.url, self.body)


@dataclass(frozen=True, slots=True)
class WriteFile:
    """A file's new content (None: it goes); `sha256_before` is what must stand there now (None: no file)."""

    title: str
    path: str
    content: bytes | None
    mode: int = 0o644
    sha256_before: str | None = None
    hazards: frozenset[str] = NO_HAZARDS

    @property
    def sent(self) -> tuple[object, ...]:
        """What the plan's id is made of."""
        return ("file", self.path, self.content, self.mode, self.sha256_before)


Step: TypeAlias = Statement | CopyRows | Command | Request | WriteFile
