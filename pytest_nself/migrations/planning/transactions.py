"""What a migration's text asks of the transaction around it: the parts into which it is cut.

Most files are one part, sent as one transaction. A file's own outermost `begin … commit` is that transaction. A file is
cut where a statement must stand outside a transaction, and where a new enum value must be committed before its use.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from pytest_nself.core.names import QUALIFIED_PATTERN, parse_qualified
from pytest_nself.migrations.statements import Problem, Statement, scan, without_comments

from .alone import Alone, declared_alone, must_stand_alone

_CONTROL = frozenset({"begin", "start", "commit", "end", "rollback", "abort"})
_ENDS = frozenset({"commit", "end"})
_NOT_OF_THE_SESSION = frozenset({"local", "constraints", "transaction"})
_SET_CONFIG = r"(?is)^select\s+(?:pg_catalog\s*\.\s*)?set_config\s*\(.*,\s*false\s*\)$"
_MADE_TYPE = rf"(?is)^create\s+type\s+(?P<type>{QUALIFIED_PATTERN})"
_ADDED_VALUE = (
    r"""(?is)^alter\s+type\s+(?P<type>.+?)\s+add\s+value\s+(?:if\s+not\s+exists\s+)?(?P<value>[eE]?'(?:[^']|'')*')"""
)


class Part(NamedTuple):
    """Statements that stand or fall together: a transaction, or one statement that allows none (then `alone`).

    `text[start:end]` is what is sent, without `own`: the file's begin and commit that we have taken over. `isolation`
    is the `set transaction …` that this begin asks for. `session` are the earlier statements of the file that set
    something for the session, which holds here too.
    """

    start: int
    end: int
    statements: tuple[Statement, ...]
    alone: Alone | None = None
    own: tuple[Statement, ...] = ()
    isolation: str = ""
    session: tuple[Statement, ...] = ()


class Cut(NamedTuple):
    """A migration's text as its parts, in order; with problems it cannot be sent."""

    parts: tuple[Part, ...]
    problems: tuple[Problem, ...]


def cut(text: str, *, no_transaction: bool = False) -> Cut:
    """Find the parts. With `no_transaction` each statement is one, but for those between a begin and its commit."""
    found = scan(text)
    statements = found.statements
    problems = list(found.problems)
    lonely = {one.start: kind for one in statements if (kind := must_stand_alone(text, one))}
    if no_transaction or lonely:
        parts = _pieces(text, statements, lonely, problems, each=no_transaction) or [Part(0, len(text), ())]
    else:
        pair = _own_pair(statements)
        inner = [one for one in statements if one not in pair]
        problems += [problem for one in inner if (problem := _refusal(one))]
        parts = [_run(inner)] if pair else _at_new_values(text, inner)
        if len(parts) == 1:  # the file as it stands, with its comments
            isolation = _isolation(text[pair[0].start : pair[0].end]) if pair else ""
            parts = [parts[0]._replace(start=0, end=len(text), own=pair, isolation=isolation)]
    parts = _with_settings(text, statements, parts)
    problems.sort(key=lambda problem: problem.offset)
    return Cut(tuple(parts), tuple(problems))


def sendable(text: str, part: Part) -> str:
    """What is sent of a part; each character keeps its line and column."""
    for own in part.own:
        text = text[: own.start] + re.sub(r"[^\n]", " ", text[own.start : own.end]) + text[own.end :]
    return text[part.start : part.end]


def _pieces(
    text: str, statements: Sequence[Statement], lonely: Mapping[int, Alone], problems: list[Problem], *, each: bool
) -> list[Part]:
    """The parts of a file that is not one transaction: runs of statements, begin … commit, and what stands alone."""
    parts: list[Part] = []
    run: list[Statement] = []
    block: Statement | None = None

    def close() -> None:
        if any(not is_setting(text, one) for one in run):
            isolation = _isolation(text[block.start : block.end]) if block else ""
            pieces = [_run(run)] if block else _at_new_values(text, run)
            parts.extend(piece._replace(isolation=isolation) for piece in pieces)
        run.clear()

    for one in statements:
        alone = lonely.get(one.start)
        if alone is None and each and one.words[:1] in (("call",), ("do",)):
            alone = declared_alone(one)
        if block is None and _begins(one):
            close()
            block = one
        elif block is not None and _ends(one):
            close()
            block = None
        elif problem := _refusal(one):
            problems.append(problem)
        elif alone is None or (block is not None and one.start not in lonely):
            run.append(one)
            if each and block is None:
                close()
        elif block is None:
            close()
            parts.append(Part(one.start, one.end, (one,), alone))
        else:
            message = f"`{alone.what}` cannot run between this file's begin and commit"
            problems.append(Problem(one.start, message, "move it out of the transaction"))
    if block is not None:
        problems.append(Problem(block.start, "the transaction that begins here is never committed", "add the commit"))
    close()
    return parts


def _with_settings(text: str, statements: Sequence[Statement], parts: Sequence[Part]) -> list[Part]:
    """The parts, each with what the file has set for the session before it; `discard all` undoes that, as in psql."""
    found: list[Part] = []
    settings: list[Statement] = []
    position = 0
    for part in parts:
        while position < len(statements) and statements[position].end <= part.start:
            one = statements[position]
            if one.words[:2] == ("discard", "all"):
                settings = []
            elif is_setting(text, one):
                settings.append(one)
            position += 1
        found.append(part._replace(session=tuple(settings)) if settings else part)
    return found


def _run(statements: Sequence[Statement]) -> Part:
    start, end = (statements[0].start, statements[-1].end) if statements else (0, 0)
    return Part(start, end, tuple(statements))


def _at_new_values(text: str, statements: Sequence[Statement]) -> list[Part]:
    """One part, or more where a new enum value is used later on: the server wants it committed first."""
    cuts = [0]
    for number in range(len(statements)):
        if _adds_a_value_used_later(text, statements, number, cuts[-1]):
            cuts.append(number + 1)
    return [_run(statements[start:end]) for start, end in pairwise([*cuts, len(statements)])]


def _adds_a_value_used_later(text: str, statements: Sequence[Statement], number: int, begin: int) -> bool:
    """Whether the value of this statement is used later; its transaction begins with the statement `begin`."""
    one = statements[number]
    if one.words[:2] != ("alter", "type") or not (match := re.match(_ADDED_VALUE, without_comments(_text(text, one)))):
        return False
    if any(_made_type(text, before) == parse_qualified(match["type"]) for before in statements[begin:number]):
        return False  # a type that the same transaction made may be used at once
    # A literal anywhere later, also inside a body: the server reads the bodies of SQL functions when they are made.
    literal = match["value"][match["value"].index("'") :]
    return any(literal in _text(text, later) for later in statements[number + 1 :])


def _made_type(text: str, statement: Statement) -> tuple[str, ...] | None:
    if statement.words[:2] != ("create", "type"):
        return None
    match = re.match(_MADE_TYPE, without_comments(_text(text, statement)))
    return parse_qualified(match["type"]) if match else None


def _text(text: str, statement: Statement) -> str:
    return text[statement.start : statement.end]


def is_setting(text: str, statement: Statement) -> bool:
    """Whether the statement sets something for the session."""
    first, second = (*statement.words, "", "")[:2]
    if first == "select":
        return re.match(_SET_CONFIG, without_comments(_text(text, statement))) is not None
    return first == "reset" or (first == "set" and second not in _NOT_OF_THE_SESSION)


def _begins(statement: Statement) -> bool:
    return statement.words[:1] == ("begin",) or statement.words[:2] == ("start", "transaction")


def _ends(statement: Statement) -> bool:
    words = statement.words
    return words[:1] != () and words[0] in _ENDS and words[1:] in ((), ("work",), ("transaction",))


def _own_pair(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """The file's own outermost begin and commit, if it has them: nothing but `set` may stand outside."""
    inner = [statement for statement in statements if statement.words[:1] != ("set",)]
    if len(inner) < 2:
        return ()
    first, last = inner[0], inner[-1]
    return (first, last) if _begins(first) and _ends(last) else ()


def _isolation(begin: str) -> str:
    """`begin isolation level serializable` as the `set transaction` that does the same inside a transaction."""
    options = re.sub(r"(?is)^(?:start\s+transaction|begin(?:\s+(?:work|transaction))?)", "", without_comments(begin))
    return f"set transaction{options};" if options.strip() else ""


def _refusal(statement: Statement) -> Problem | None:
    words = statement.words
    first = words[0] if words else ""
    if first == "rollback" and "to" in words[1:3]:
        return None
    if first in _CONTROL or words[:2] == ("prepare", "transaction"):
        return Problem(
            statement.start,
            f"`{' '.join(words[:2])}` controls the transaction, which belongs to the migration as a whole",
            "take it out: the file runs in one transaction; or say `-- nself:no-transaction` in its header, then each "
            "begin with its commit is a transaction of its own",
        )
    return None
