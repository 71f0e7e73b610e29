"""What a migration's text asks of the transaction around it.

A file's own outermost `begin … commit` is its migration's transaction; any other transaction control is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .statements import Problem, Statement, scan

_ENDS = frozenset({"commit", "end"})
_CONTROL = frozenset({"begin", "start", "commit", "end", "rollback", "abort"})


@dataclass(frozen=True, slots=True)
class Checked:
    """A migration's text made ready to send: its own outermost begin and commit blanked out, line for line."""

    text: str
    problems: tuple[Problem, ...]


def one_transaction(text: str) -> Checked:
    """`text` as the inside of one transaction.

    A first `begin` with its last `commit` is that transaction and is replaced by blanks, so lines stay where they are.
    Any other transaction control, psql commands and copying over the connection are problems.
    """
    found = scan(text)
    statements = found.statements
    inner = [statement for statement in statements if statement.words[:1] != ("set",)]
    pair = _own_pair(text, inner)
    problems = list(found.problems)
    for statement in statements:
        if statement not in pair and (problem := _refusal(text, statement)):
            problems.append(problem)
    if pair and not problems:
        first, last = pair
        text = (
            text[: first.start]
            + _as_options(text[first.start : first.end])
            + text[first.end : last.start]
            + " " * (last.end - last.start)
            + text[last.end :]
        )
    problems.sort(key=lambda problem: problem.offset)
    return Checked(text, tuple(problems))


def each_alone(text: str) -> tuple[tuple[Statement, ...], tuple[Problem, ...]]:
    """The statements of a text that runs outside a transaction, one by one, and what cannot be sent."""
    found = scan(text)
    refused = [problem for statement in found.statements if (problem := _refusal(text, statement))]
    return found.statements, tuple(sorted([*found.problems, *refused], key=lambda problem: problem.offset))


def _own_pair(text: str, statements: list[Statement]) -> tuple[Statement, ...]:
    """The file's own outermost begin and commit, if it has them: nothing but `set` may stand outside."""
    if len(statements) < 2:
        return ()
    first, last = statements[0], statements[-1]
    begins = first.words[:1] == ("begin",) or first.words[:2] == ("start", "transaction")
    plain_end = last.words[:1] and last.words[0] in _ENDS and last.words[1:] in ((), ("work",), ("transaction",))
    return (first, last) if begins and plain_end else ()


def _as_options(begin: str) -> str:
    """`begin isolation level serializable` as the `set transaction` that does the same inside a transaction."""
    options = re.sub(r"(?is)^(?:start\s+transaction|begin(?:\s+(?:work|transaction))?)", "", begin)
    if not options.strip():
        return re.sub(r"[^\n]", " ", begin)
    return "set transaction" + options


def _refusal(text: str, statement: Statement) -> Problem | None:
    words = statement.words
    first = words[0] if words else ""
    if first == "rollback" and "to" in words[1:3]:
        return None
    if first in _CONTROL or words[:2] == ("prepare", "transaction"):
        return Problem(
            statement.start,
            f"`{' '.join(words[:2])}` controls the transaction, which belongs to the migration as a whole",
            "take it out: the file runs in one transaction; or put what follows into a migration of its own",
        )
    if first == "copy" and re.search(r"(?is)\b(?:from\s+stdin|to\s+stdout)\b", text[statement.start : statement.end]):
        return Problem(
            statement.start,
            "copying over the connection cannot stand in a migration",
            "write the rows as `insert into … values`",
        )
    return None
