"""The guard: what an environment asks before its database is changed."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from pytest_nself.core.errors import Refused
from pytest_nself.project.environment_names import DEV, PRODUCTION, TEST

from . import present
from .invocation import DESTRUCTIVE, NO_GUARD

if TYPE_CHECKING:
    from .session import Session

DESTROY = "yes-destroy-production"
YES = "yes"
_SHOWN = 20


class Loss(NamedTuple):
    """A table that would have less in it, or be gone: the server's estimate of its rows, its size; None: not known."""

    name: str
    rows_estimate: int | None = None
    bytes: int | None = None


def words_wanted(environment: str, guard: str, words: str | None = None) -> str | None:
    """What must be typed in this environment before work of this kind; None where nothing is asked.

    `words` are the command's own, which it wants everywhere but where stronger ones are asked for.
    """
    if guard == NO_GUARD:
        return None
    if environment == PRODUCTION and guard == DESTRUCTIVE:
        return DESTROY
    return words or (None if environment in (DEV, TEST) else YES)


def confirm(
    session: Session,
    title: str,
    *,
    destructive: bool,
    losses: Sequence[Loss] = (),
    notes: Sequence[str] = (),
) -> bool:
    """Get the yes that the environment wants; whether a person gave it just now. Raises Refused without one.

    `title` says what is done (`apply 3 migrations`), `losses` what would be gone, and `notes` what else there is to say
    of it. The command must have declared a guard; destructive work is guarded as such even where the command declared
    less.
    """
    invocation, options, target = session.invocation, session.options, session.target
    assert invocation.guard != NO_GUARD, f"{invocation.command} declares no guard"
    header = header_of(session, losses, notes)
    present.note(invocation, header)
    wanted = words_wanted(target.environment, DESTRUCTIVE if destructive else invocation.guard, invocation.words)
    if wanted is None:
        return False
    flag = "--yes" if wanted == YES else f"--confirm {wanted}"
    if wanted != YES and options.confirm is not None:
        if options.confirm == wanted:
            return False
        raise Refused(
            f"{options.confirm!r} is not what {target.environment} asks for.",
            f"This would {title}, which may destroy data. Nothing was done.",
            f"say {flag}",
        )
    if wanted == YES and options.yes:
        return False
    if sys.stdin is None or not sys.stdin.isatty():
        may = ", which may destroy data" if wanted == DESTROY else ""
        raise Refused(
            f"This would {title} in {target.environment}{may}, and nobody is there to ask.",
            "Nothing was done.",
            f"say {flag}",
        )
    if invocation.quiet:
        present.warn(header)
    if present.ask(f"This will {title} in {target.environment}. Type {wanted} to go on:") != wanted:
        raise Refused(f"Not confirmed: {wanted} was not typed.", "Nothing was done.")
    return True


def header_of(session: Session, losses: Sequence[Loss], notes: Sequence[str]) -> str:
    """Which database is meant and how we know it; what would be gone from it."""
    target, dsn = session.target, session.target.dsn
    lines = [f"{target.environment}: {dsn.dbname} on {dsn.host}:{dsn.port} as {dsn.user} (from {target.origin})"]
    if losses:
        largest = sorted(losses, key=lambda loss: (-(loss.bytes or 0), loss.name))
        rows = [(f"  {one.name}", _rows(one.rows_estimate), _size(one.bytes)) for one in largest[:_SHOWN]]
        lines += [f"This would take data from {_counted(len(losses), 'table')}:", present.table(rows)]
        if left := len(losses) - len(rows):
            lines.append(f"  and {left} more")
    lines += notes
    if target.environment == PRODUCTION:
        lines.append("This release takes no backup: see that there is one.")
    return "\n".join(lines)


def _rows(estimate: int | None) -> str:
    return "rows unknown" if estimate is None or estimate < 0 else f"about {_counted(estimate, 'row')}"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def _size(size: int | None) -> str:
    if size is None:
        return "size unknown"
    amount = float(size)
    for unit in ("bytes", "kB", "MB", "GB"):
        if amount < 1024:
            return f"{amount:.0f} {unit}" if amount >= 10 or unit == "bytes" else f"{amount:.1f} {unit}"
        amount /= 1024
    return f"{amount:.1f} TB"
