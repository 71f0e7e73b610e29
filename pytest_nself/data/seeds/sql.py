"""A `.sql` seed as steps: one transaction, rows of a `copy … from stdin` beside it, values of the environment apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256

from pytest_nself.core.place import Place
from pytest_nself.core.secret import Secret
from pytest_nself.core.sql import Sql
from pytest_nself.core.step import DATA_LOSS, NO_HAZARDS, CopyRows, Statement, Step
from pytest_nself.migrations.planning.transactions import Part, cut, sendable
from pytest_nself.migrations.statements import Statement as Found
from pytest_nself.migrations.statements import is_blank, place_at, scan, without_comments, without_meta
from pytest_nself.migrations.statements.tokens import block_end, dollar_end, tokens

from .seed_file import SeedError, SeedFile, SeedKind
from .variables import Variables, filled, names_in

_COPY = re.compile(r"(?is)^copy\s+(?P<target>.+?)\s+from\s+(?:stdin|stdout)\b(?P<options>.*)$")
_AGAIN = re.compile(r"(?is)\bon\s+conflict\s*(?:\(|on\s+constraint\b)|\bwhere\s+not\s+exists\b")
_AROUND = frozenset({"set", "reset", "begin", "start", "commit", "end"})
_TAKES_ROWS = frozenset({"delete", "truncate", "drop"})


def sql_steps(file: SeedFile, title: str, variables: Variables) -> Iterator[Step]:
    """What the file sends, without begin and commit of its own. SeedError with the line for what cannot be sent."""
    part = _part(file)
    text, hazards = without_meta(file.text), frozenset({DATA_LOSS}) if destroys(file) else NO_HAZARDS
    body = sendable(text, part)

    def place(offset: int) -> Place:
        return place_at(file.text, offset, file.place)

    position = 0
    for one in part.statements:
        asks = names_in(text[one.start : one.end])
        if one.data is None and not asks:
            continue
        before = body[position : one.start]
        if not is_blank(before):
            yield Statement(title, Sql(before), hazards=hazards, place=place(position))
        if one.data is not None:
            yield _copy(text, one, one.data, title, place(one.start))
            position = _after(text, one.data)
        else:
            sql, params = _bound(text, one, variables, place)
            yield Statement(title, Sql(sql), params, hazards=hazards, place=place(one.start))
            position = one.end
    rest = body[position:]
    if position == 0 or not is_blank(rest):
        yield Statement(title, Sql(rest), hazards=hazards, place=place(position))


def destroys(file: SeedFile) -> Place | None:
    """Where the file says, or shows, that it takes rows away; None where it does not."""
    found = next((one for one in scan(file.text).statements if set(one.words[:1]) & _TAKES_ROWS), None)
    if found is not None:
        return place_at(file.text, found.start, file.place)
    return file.place if file.marks.destructive else None


def runs_again(file: SeedFile) -> bool:
    """Whether it is run each time: rows are upserts, a header may say so, and SQL that inserts only `on conflict (…)`.

    An `on conflict do nothing` without a key is none: where only generated keys could conflict, each run adds rows.
    """
    if file.declares_rows or file.marks.idempotent:
        return True
    if file.kind is not SeedKind.SQL:
        return False
    statements = [one for one in scan(file.text).statements if set(one.words[:1]) - _AROUND]
    return all(
        one.words[0] == "insert" and _AGAIN.search(without_comments(file.text[one.start : one.end]))
        for one in statements
    )


def _part(file: SeedFile) -> Part:
    found = cut(file.text)
    for problem in found.problems:
        message = problem.message
        remedy = problem.remedy
        if "controls the transaction" in message:
            message = f"{message.partition(' controls')[0]} controls the transaction, and a seed is one transaction"
            remedy = "take it out: begin and commit are ours"
        said = f"{message[0].upper()}{message[1:]}."
        where = place_at(file.text, problem.offset, file.place)
        raise SeedError(said, "Nothing was sent.", remedy or "correct the file", place=where)
    if len(found.parts) == 1 and found.parts[0].alone is None:
        return found.parts[0]
    alone = next((part for part in found.parts if part.alone is not None), found.parts[-1])
    what = f"`{alone.alone.what}`" if alone.alone is not None else "What follows a new enum value"
    raise SeedError(
        f"{what} must stand outside the transaction, and a seed is one transaction.",
        "Nothing was sent.",
        "change the schema in a migration",
        place=place_at(file.text, alone.start, file.place),
    )


def _copy(text: str, one: Found, data: tuple[int, int], title: str, place: Place) -> CopyRows:
    match = _COPY.match(without_comments(text[one.start : one.end]))
    assert match is not None  # the reader of statements gives rows to no other statement
    rows = text[slice(*data)].replace("\r\n", "\n").encode()
    identity = sha256(rows).hexdigest()
    options = match["options"].strip()
    return CopyRows(
        title, match["target"], (), lambda: [rows], rows.count(b"\n"), identity, options=options, place=place
    )


def _after(text: str, data: tuple[int, int]) -> int:
    """The offset after the line that ends the rows."""
    if not text.startswith("\\.", data[1]):
        return data[1]
    newline = text.find("\n", data[1])
    return len(text) if newline < 0 else newline + 1


def _bound(text: str, one: Found, variables: Variables, place: object) -> tuple[str, tuple[Secret, ...]]:
    """A statement with each literal that holds a variable as a parameter."""
    assert callable(place)
    parts: list[str] = []
    params: list[Secret] = []
    position, token = one.start, tokens().one
    while position < one.end and (match := token.match(text, position, one.end)):
        kind, end = match.lastgroup, match.end()
        if kind == "dollar":
            end = min(dollar_end(text, match["dollar"], end) or one.end, one.end)
        elif kind == "block":
            end = min(block_end(text, match.start("block")) or one.end, one.end)
        piece = text[position:end]
        blank = piece[: len(piece) - len(piece.lstrip())]
        if kind == "string" and names_in(piece) and piece.strip().startswith("'"):
            found = filled(piece.strip()[1:-1].replace("''", "'"), variables, place(position + len(blank)))
            assert isinstance(found, Secret)
            parts.append(f"{blank}%s")
            params.append(found)
        elif kind not in ("line", "block") and names_in(piece) and kind != "other":
            raise SeedError(
                f"${{{names_in(piece)[0]}}} stands where no value of the environment can be sent.",
                "It can stand in a plain string, as in '${NAME}', not in a $$-quoted body or a name.",
                "write it as a string of its own",
                place=place(position + len(blank)),
            )
        else:
            parts.append(piece.replace("%", "%%"))
        position = end
    sql = "".join(parts)
    return (sql, tuple(params)) if params else (sql.replace("%%", "%"), ())
