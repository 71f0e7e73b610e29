"""What a migration says of itself in the comments of its header.

-- depends_on: 0003_users, orders
-- nself:no-transaction
-- nself:lock-timeout=5s
-- nself:statement-timeout=0
-- nself:irreversible reason="the old codes are gone"
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from pytest_nself.core.place import Place

# Rare, so compiled (and kept by `re`) when one is met: a run that meets none does not pay.
_OURS = r"(?i)--\s*nself:[ \t]*(?P<name>[^\s=]*)\s*(?P<rest>.*)"
_DEPENDS = r"(?i)--\s*depends[_-]on\s*:(?P<names>.*)"
_REASON = r"""(?i)reason\s*=\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)')\s*"""


class PartProblem(NamedTuple):
    """Why a file cannot be used; `rule` is the rest of the finding's rule name."""

    rule: str
    place: Place
    message: str
    remedy: str


class Said(NamedTuple):
    """What one part's header says; see `Directives` for the meaning. `depends_on` keeps where each name stands."""

    no_transaction: bool | None = None
    lock_timeout_ms: int | None = None
    statement_timeout_ms: int | None = None
    irreversible: str | None = None
    depends_on: tuple[tuple[str, Place], ...] = ()

    def below(self, header: Said) -> Said:
        """What counts for a part whose own header says this, in a file whose header says `header`."""
        return Said(
            header.no_transaction if self.no_transaction is None else self.no_transaction,
            header.lock_timeout_ms if self.lock_timeout_ms is None else self.lock_timeout_ms,
            header.statement_timeout_ms if self.statement_timeout_ms is None else self.statement_timeout_ms,
            self.irreversible or header.irreversible,
            header.depends_on + self.depends_on,
        )


NOTHING = Said()


def may_direct(lowered: str) -> bool:
    """Whether a text, given in lower case, could hold a directive: a cheap look before the scanner's."""
    return "nself:" in lowered or "depends_on" in lowered or "depends-on" in lowered


def is_directive(comment: str) -> bool:
    """Whether a `--` comment is one of ours, be it right or wrong."""
    return re.match(_OURS, comment) is not None or re.match(_DEPENDS, comment) is not None


def read_directive(comment: str, place: Place, said: Said) -> Said | PartProblem:
    """`said` with what one comment adds, or what is wrong with it."""
    try:
        if match := re.match(_DEPENDS, comment):
            return _depends_on(match["names"], place, said)
        match = re.match(_OURS, comment)
        assert match is not None  # asked for with is_directive
        reader = _READERS.get(match["name"].lower())
        if reader is None:
            return _unknown(match["name"], place)
        return reader(match["rest"].strip(), said)
    except ValueError as problem:
        message, remedy = problem.args if len(problem.args) == 2 else (*problem.args, "correct the value")
        return PartProblem("directive", place, _sentence(message), remedy)


def _depends_on(names: str, place: Place, said: Said) -> Said:
    given = [name for name in re.split(r"[\s,]+", names) if name]
    if not given:
        raise ValueError("depends_on names no migration", "write a version, a name, or version_name")
    return said._replace(depends_on=(*said.depends_on, *((name, place) for name in given)))


def _no_transaction(rest: str, said: Said) -> Said:
    if rest:
        raise ValueError(f"nself:no-transaction takes no value, but {rest!r} follows", "write -- nself:no-transaction")
    return said._replace(no_transaction=True)


def _timeout(name: str, field: str) -> Callable[[str, Said], Said]:
    def read(rest: str, said: Said) -> Said:
        remedy = f"write -- nself:{name}=5s, or 0 for no limit"
        if not rest.startswith("="):
            raise ValueError(f"nself:{name} needs a duration", remedy)
        from pytest_nself.core.duration import milliseconds

        try:
            value = milliseconds(rest[1:])
        except ValueError as problem:
            raise ValueError(f"nself:{name}: {problem}", remedy) from None
        if getattr(said, field) not in (None, value):
            raise ValueError(f"nself:{name} is said twice, with different durations", "keep one of the two")
        return said._replace(**{field: value})  # type: ignore[arg-type]  # both fields are int | None

    return read


def _irreversible(rest: str, said: Said) -> Said:
    match = re.fullmatch(_REASON, rest)
    reason = (match["double"] or match["single"] or "").strip() if match else ""
    if not reason:
        raise ValueError(
            "nself:irreversible does not say why there is no way back",
            'write -- nself:irreversible reason="the old column is gone"',
        )
    return said._replace(irreversible=reason)


_READERS: dict[str, Callable[[str, Said], Said]] = {
    "no-transaction": _no_transaction,
    "lock-timeout": _timeout("lock-timeout", "lock_timeout_ms"),
    "statement-timeout": _timeout("statement-timeout", "statement_timeout_ms"),
    "irreversible": _irreversible,
}


def _unknown(name: str, place: Place) -> PartProblem:
    from difflib import get_close_matches

    close = get_close_matches(name.lower(), _READERS, 1)
    known = ", ".join(f"nself:{one}" for one in _READERS)
    remedy = f"did you mean nself:{close[0]}? " if close else ""
    return PartProblem("directive", place, f"nself:{name} is not a directive.", f"{remedy}There are {known}")


def _sentence(message: str) -> str:
    return message if message.endswith(".") else message + "."
