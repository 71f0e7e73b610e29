"""The plan that makes one database like another."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.core.errors import Refused
from pytest_nself.core.names import ObjectRef
from pytest_nself.core.plan import Plan
from pytest_nself.core.sql import COMMIT_AFTER, SHARED, Sql
from pytest_nself.core.step import Statement

from .ddl import Ddl
from .deciding import decide
from .fact import Catalog, Entry
from .ordering import Act, ordered
from .writing import written

ONLINE_LOCK_TIMEOUT_MS = 5000
"""How long a statement of an online plan waits for a lock, while others queue behind it."""

_OTHERS_PRIVILEGES = "privileges"
"""The kind under which changed privileges of system objects are reported."""

_UNCHECKED = "set local check_function_bodies = off"


def plan_changes(a: Catalog, b: Catalog, *, online: bool = False) -> Plan:
    """What must be done to a database that is as `a` so that it becomes as `b`.

    Both were read with their dependencies. Statements that lose rows carry the hazard `data-loss`. `online` prefers
    forms that hold locks for a moment only. Raises Refused where the way is not known: what is in the way is named.
    """
    _refuse_unmodelled(a, b)
    decision = decide(a, b, online=online)
    acts = ordered(decision, a, b)
    texts = list(written(acts, decision, decision.scene(a, b, online=online)))
    return Plan("Change the schema", tuple(_steps(texts, online)), notes=(*_left(a, b), *_reordered(a, b)))


def _reordered(a: Catalog, b: Catalog) -> Iterator[str]:
    """Columns stand where they were made, and no statement moves one: said, since nothing else shows it."""
    orders: dict[tuple[str | None, str], tuple[list[Entry], list[Entry]]] = {}
    for number, catalog in enumerate((a, b)):
        other = (b, a)[number]
        for entry in catalog.of_kind("column"):
            if entry.ref in other.entries:
                orders.setdefault((entry.ref.schema, entry.ref.name), ([], []))[number].append(entry)
    for (schema, name), sides in sorted(orders.items()):
        before, after = ([one.ref.part for one in sorted(side, key=_position)] for side in sides)
        if before != after:
            yield (
                f"The columns of {schema}.{name} stay in another order: "
                f"{', '.join(map(str, before))} instead of {', '.join(map(str, after))}."
            )


def _position(entry: Entry) -> int:
    return int(entry["position"])


def _refuse_unmodelled(a: Catalog, b: Catalog) -> None:
    different = [ref for ref in _unmodelled(a, b) if ref.kind != _OTHERS_PRIVILEGES]
    if different:
        names = ", ".join(f"{ref.kind} {ref}" for ref in different)
        raise Refused(
            "The databases differ in objects that cannot be compared.",
            f"Of these only the names are known: {names}.",
            "make these changes by hand, then compare again",
        )


def _left(a: Catalog, b: Catalog) -> Iterator[str]:
    """Privileges on objects of the server and of extensions are whoever runs the server's, and differ by provider."""
    names = [str(ref) for ref in _unmodelled(a, b) if ref.kind == _OTHERS_PRIVILEGES]
    if names:
        yield f"Privileges on objects that the server or an extension has made stay as they are: {', '.join(names)}."


def _unmodelled(a: Catalog, b: Catalog) -> list[ObjectRef]:
    return sorted(set(a.unmodelled) ^ set(b.unmodelled))


def _steps(texts: list[tuple[Act, Ddl]], online: bool) -> Iterator[Statement]:
    unchecked = False  # in the transaction that is open
    for number, (act, ddl) in enumerate(texts):
        if act.ref.kind == "function" and act.verb != "drop" and not unchecked:
            yield Statement("leave function bodies unchecked", Sql(_UNCHECKED))
            unchecked = True
        transaction = ddl.transaction
        if transaction is SHARED and _must_commit(ddl, texts, number):
            transaction = COMMIT_AFTER
        unchecked = unchecked and transaction is SHARED
        title = f"{act.verb} {act.ref.kind.replace('_', ' ')} {act.ref}"
        patience = ONLINE_LOCK_TIMEOUT_MS if online else None
        yield Statement(title, Sql(ddl.text, transaction), hazards=ddl.hazards, lock_timeout_ms=patience)


def _must_commit(ddl: Ddl, texts: list[tuple[Act, Ddl]], number: int) -> bool:
    """Whether a later statement says what this one only makes known to later transactions."""
    return any(text in later.text for text in ddl.commits_before for _, later in texts[number + 1 :])
