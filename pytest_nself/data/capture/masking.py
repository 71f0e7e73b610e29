"""What is personal becomes something made up, the same for the same value; what is secret is not taken at all."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

from pytest_nself.core.errors import ConfigError, FixtureError
from pytest_nself.core.names import ObjectRef
from pytest_nself.data.nearest import nearest
from pytest_nself.data.shape.model import Column, Shape, Table
from pytest_nself.data.strategies.words import words
from pytest_nself.data.written.names import name_parts

from .rows import Captured, Values

_SECRET = re.compile(
    r"(?i)(pass(word|wd|phrase|code)|pwd($|_)|secret|token|api_?key|private_?key|access_?key|credential|otp($|_)|"
    r"(^|_)salt($|_)|recovery_code|session_(id|key)|encrypted|digest|(^|_)hash($|_)|(^|_)pin($|_)|card_number|"
    r"(^|_)cv[vc]($|_)|iban|(^|_)ssn($|_)|signature|totp)"
)
_TEXT = frozenset({"text", "varchar", "bpchar", "citext", "name"})


@dataclass(frozen=True, slots=True)
class Choices:
    """What somebody said of columns, as `users.email`: taken as they are, left out, or given a text."""

    keep: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()
    given: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Masked:
    """The rows as they are written, and what was done with which columns (`public.users.email` -> `email`)."""

    tables: Mapping[ObjectRef, Sequence[Values]]
    done: Mapping[str, str]


Fake = Callable[[int], str]


def mask(captured: Captured, choices: Choices) -> Masked:
    """The captured rows without what is personal. Raises FixtureError where a secret would be taken.

    Columns that refer to others, or are referred to, get the same new values on both sides, since a value is made from
    the old one alone. A column that is a key and no text stays as it is.
    """
    shape = captured.shape
    keep, leave_out = _columns(shape, choices.keep), _columns(shape, choices.leave_out)
    given = {place: choices.given[word] for word in choices.given for place in _columns(shape, (word,))}
    tables: dict[ObjectRef, list[Values]] = {}
    done: dict[str, str] = {}
    secrets: list[str] = []
    for ref, rows in captured.tables.items():
        table = shape.tables[ref]
        found = [dict(row) for row in rows.values()]
        for column in table.columns:
            place = (ref, column.name)
            values = [row[column.name] for row in found if row.get(column.name) is not None]
            if not values or column.generated or place in keep:
                continue
            if place in leave_out:
                _leave_out(found, column, table)
                done[f"{ref}.{column.name}"] = "left out"
            elif place in given:
                for row in found:
                    row[column.name] = given[place]
                done[f"{ref}.{column.name}"] = "given"
            elif _SECRET.search(column.name):
                secrets.append(f"{ref}.{column.name}")
            elif (rule := rule_for(column, table)) is not None:
                for row in found:
                    if (value := row[column.name]) is not None:
                        row[column.name] = fake(rule, value, column)
                done[f"{ref}.{column.name}"] = rule
        tables[ref] = list(found)
    if secrets:
        raise FixtureError(
            f"{', '.join(secrets)} {'looks' if len(secrets) == 1 else 'look'} like a secret.",
            "A fixture set stands in a repository, where many read it. Nothing was written.",
            f"say what to do: --leave-out {_short(secrets[0])}, --set {_short(secrets[0])}=TEXT, or --keep it as it is",
        )
    return Masked(tables, done)


def _leave_out(rows: list[dict[str, str | None]], column: Column, table: Table) -> None:
    if column.required:
        raise FixtureError(
            f"{table.ref}.{column.name} cannot be left out: it refuses null and has no default.",
            "Nothing was written.",
            f"give it a text: --set {_short(f'{table.ref}.{column.name}')}=TEXT",
        )
    for row in rows:
        del row[column.name]


def rule_for(column: Column, table: Table) -> str | None:
    """Which rule masks the column: `email`, `first_name`, `phone` …; None where nothing is personal in it."""
    name = column.name.lower()
    kind = column.type.plain
    if kind.name not in _TEXT:
        if kind.name in ("inet", "cidr"):
            return "address_of_machine" if kind.name == "inet" else None
        return "birthday" if kind.name == "date" and re.search(r"birth|(^|_)(dob|born)($|_)", name) else None
    if column.type.labels or any(column.name in one.columns for one in table.references):
        return None
    return next((rule for rule, pattern in _RULES if pattern.search(name)), None)


_RULES = tuple(
    (rule, re.compile(pattern))
    for rule, pattern in (
        ("email", r"e_?mail"),
        ("username", r"(user|login|nick|screen)_?name|(^|_)(login|handle)$"),
        ("first_name", r"(first|given|middle)_?name"),
        ("last_name", r"(last|sur|family|maiden)_?name|surname"),
        ("phone", r"phone|mobile|(^|_)(fax|tel|cell|msisdn)($|_)"),
        ("address", r"street|(^|_)address(_?line)?(_?\d)?$|(^|_)addr($|_)"),
        ("postcode", r"zip(_?code)?$|post(al)?_?code"),
        ("address_of_machine", r"(^|_)ip(_address|_addr)?$|(^|_)remote_(ip|addr)"),
        ("name", r"^(full|display|real|contact|customer|legal)?_?name$"),
        ("birthday", r"birth_?(day|date)|date_of_birth|(^|_)dob($|_)"),
        ("text", r"(^|_)(bio|biography|about_me)$"),
    )
)


def fake(rule: str, value: str, column: Column) -> str:
    """Something of the kind for a value: the same for the same one on every machine, cut to the column's length."""
    number = int.from_bytes(blake2b(f"{rule}\0{value}".encode(), digest_size=8).digest(), "big")
    made = _FAKES[rule](number)
    length = column.type.length
    if length is None or len(made) <= length:
        return made
    return f"{number:016x}{number:016x}"[:length]


def _first(number: int) -> str:
    return _of("first_names", number)


def _last(number: int) -> str:
    return _of("last_names", number // 1009)


def _of(kind: str, number: int) -> str:
    known = words(kind)
    return known[number % len(known)]


def _tail(number: int) -> str:
    # 40 bits: two of ten thousand values get the same one once in 20,000 times.
    return f"{number % 2**40:08x}"


_FAKES: Mapping[str, Fake] = {
    "email": lambda number: f"{_first(number)}.{_tail(number)}@example.com".lower(),
    "username": lambda number: f"{_first(number)}_{_tail(number)}".lower(),
    "first_name": _first,
    "last_name": _last,
    "name": lambda number: f"{_first(number)} {_last(number)}",
    "phone": lambda number: f"+1555{number % 10_000_000:07}",
    "address": lambda number: f"{number % 997 + 1} {_last(number)} Street",
    "postcode": lambda number: f"{number % 90_000 + 10_000}",
    "address_of_machine": lambda number: f"192.0.2.{number % 254 + 1}",  # RFC 5737: nobody's
    "birthday": lambda number: f"{1950 + number % 50}-{number // 50 % 12 + 1:02}-{number // 600 % 28 + 1:02}",
    "text": lambda number: f"Text {_tail(number)}.",
}


def _columns(shape: Shape, said: Sequence[str]) -> set[tuple[ObjectRef, str]]:
    """The columns that words name: `users.email`, `app.users.email`. ConfigError for one that there is not."""
    found = set()
    for word in said:
        parts = name_parts(word) or []
        tables = shape.named(parts[0] if len(parts) == 3 else None, parts[-2]) if len(parts) in (2, 3) else ()
        places = [(table.ref, parts[-1]) for table in tables if table.column(parts[-1]) is not None]
        if not places:
            known = [f"{table.ref.name}.{column.name}" for table in shape for column in table.columns]
            raise ConfigError(f"There is no column {word}.", nearest(word, known), "write it as table.column")
        found.update(places)
    return found


def _short(column: str) -> str:
    return column.removeprefix("public.")
