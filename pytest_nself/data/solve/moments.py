"""Dates and times as numbers, so that others can be found beside and between them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import partial

from pytest_nself.data.shape.model import Type, TypeKind

_FIRST = datetime(1, 1, 1, tzinfo=UTC)
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Line:
    """Values that stand on a line: `place` tells a value's number (None: it has none), `at` the value of a number.

    `step` is the smallest distance that makes another value worth trying.
    """

    place: Callable[[str], Decimal | None]
    at: Callable[[Decimal], str | None]
    step: Decimal


def line_of(type_: Type) -> Line | None:
    """How the type's values are numbers; None for those that are none."""
    plain = type_.plain
    if plain.kind is not TypeKind.BASE or plain.schema != "pg_catalog":
        return None
    if plain.name in ("int2", "int4", "int8", "oid"):
        return Line(_number, lambda number: str(int(number)), Decimal(1))
    if plain.name == "numeric":
        precision = plain.precision
        if precision is None:
            return Line(_number, _plain_text, Decimal("0.01"))
        step = Decimal(1).scaleb(-precision[1])
        return Line(_number, partial(_rounded, step), step)
    if plain.name in ("float4", "float8", "money"):
        return Line(_number, _plain_text, Decimal("0.01" if plain.name == "money" else "0.125"))
    if plain.name == "date":
        return Line(_day, _date, Decimal(1))
    if plain.name in ("timestamp", "timestamptz"):
        return Line(_second, partial(_instant, plain.name == "timestamptz"), Decimal(60))
    if plain.name == "time":
        return Line(_clock, _time, Decimal(60))
    return None


def _number(text: str) -> Decimal | None:
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found if found.is_finite() and abs(found) < Decimal("1e30") else None


def _plain_text(number: Decimal) -> str:
    return format(number, "f")


def _rounded(step: Decimal, number: Decimal) -> str:
    try:
        return format(number.quantize(step) if step < 1 else number // step * step, "f")
    except InvalidOperation:
        return format(number, "f")


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _second(text: str) -> Decimal | None:
    found = _moment(text)
    return None if found is None else Decimal(int((found - _FIRST).total_seconds()))


def _day(text: str) -> Decimal | None:
    found = _second(text)
    return None if found is None else found // _DAY


def _date(number: Decimal) -> str | None:
    return date.fromordinal(int(number) + 1).isoformat() if 0 <= number < date.max.toordinal() else None


def _instant(zone: bool, number: Decimal) -> str | None:
    if not 0 <= number < date.max.toordinal() * _DAY:
        return None
    found = (_FIRST + timedelta(seconds=int(number))).isoformat(" ")
    return found.removesuffix(":00") if zone else found.removesuffix("+00:00")


def _clock(text: str) -> Decimal | None:
    found = _second(f"2000-01-01 {text}")
    return None if found is None else found % _DAY


def _time(number: Decimal) -> str | None:
    if not 0 <= number < _DAY:
        return None
    return f"{int(number) // 3600:02d}:{int(number) // 60 % 60:02d}:{int(number) % 60:02d}"
