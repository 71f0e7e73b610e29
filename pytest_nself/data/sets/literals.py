"""A value of a file -> the text that a type's input function reads, and the SQL that carries it."""

from __future__ import annotations

from collections.abc import Mapping

from pytest_nself.core.errors import FixtureError
from pytest_nself.data.nearest import nearest
from pytest_nself.data.shape.model import Type, TypeKind
from pytest_nself.data.written.cells import Value, ValueKind

_JSON = ("json", "jsonb")


def container_text(value: Value, kind: Type, found: Mapping[str, str]) -> str:
    """A list or mapping as `kind` reads it: an array, a composite, a range, hstore; JSON text for any other type.

    `found` are the texts of the references in it. FixtureError with the place of what the type cannot hold.
    """
    plain = kind.plain
    if plain.kind is TypeKind.ARRAY and value.kind is ValueKind.LIST and plain.inner is not None:
        return _array(value, plain.inner, found)
    if plain.kind is TypeKind.COMPOSITE and plain.attributes:
        return _record(value, plain, found)
    if plain.kind is TypeKind.RANGE and value.kind is ValueKind.LIST and plain.inner is not None:
        return _range(value, plain, found)
    if plain.kind is TypeKind.MULTIRANGE and value.kind is ValueKind.LIST and plain.inner is not None:
        return "{" + ",".join(_range(one, plain.inner, found) for one in value.values) + "}"
    if plain.name == "hstore" and value.kind is ValueKind.MAPPING:
        return _hstore(value, found)
    if plain.kind is TypeKind.ARRAY:
        raise _unfit(value, f"{kind.written} is an array", "write a list")
    return _json(value, found)


def _text(value: Value, kind: Type, found: Mapping[str, str]) -> str | None:
    """What stands inside an array or a composite; None is null."""
    if value.kind is ValueKind.NULL:
        return None
    if kind.plain.name in _JSON and kind.plain.kind is TypeKind.BASE:
        return _json(value, found)
    if value.kind in (ValueKind.LIST, ValueKind.MAPPING):
        return container_text(value, kind, found)
    return found[value.text] if value.kind is ValueKind.REFERENCE else value.text


def _array(value: Value, inner: Type, found: Mapping[str, str]) -> str:
    comma = ";" if inner.plain.name == "box" else ","
    return "{" + comma.join(_element(one, inner, found) for one in value.values) + "}"


def _element(value: Value, inner: Type, found: Mapping[str, str]) -> str:
    if value.kind is ValueKind.LIST and _is_dimension(value, inner):
        return _array(value, inner, found)
    text = _text(value, inner, found)
    return "NULL" if text is None else _quoted(text)


def _is_dimension(value: Value, inner: Type) -> bool:
    """Whether a list within an array is one more dimension, not a value of the element's type."""
    plain = inner.plain
    if plain.kind is TypeKind.COMPOSITE:
        return all(one.kind is ValueKind.MAPPING for one in value.values)
    if plain.kind in (TypeKind.RANGE, TypeKind.MULTIRANGE):
        return False
    return not (plain.kind is TypeKind.BASE and plain.name in _JSON)


def _record(value: Value, kind: Type, found: Mapping[str, str]) -> str:
    names = [name for name, _ in kind.attributes]
    if value.kind is ValueKind.LIST:
        if len(value.values) != len(names):
            raise _unfit(
                value, f"{kind.written} has {len(names)} attributes: {', '.join(names)}", "give one value for each"
            )
        given = dict(zip(names, value.values, strict=True))
    else:
        given = dict(zip(value.keys, value.values, strict=True))
        for name, one in given.items():
            if name not in names:
                raise FixtureError(
                    f'The type {kind.written} has no attribute "{name}".',
                    nearest(name, names),
                    "correct the name",
                    place=one.place,
                )
    return "(" + ",".join(_field(given.get(name), inner, found) for name, inner in kind.attributes) + ")"


def _field(value: Value | None, kind: Type, found: Mapping[str, str]) -> str:
    text = None if value is None else _text(value, kind, found)
    return "" if text is None else _quoted(text)


def _range(value: Value, kind: Type, found: Mapping[str, str]) -> str:
    """`[1, 5]` is from 1 to before 5, null is no bound; a text is the range as PostgreSQL writes it."""
    if value.kind is not ValueKind.LIST:
        return value.text
    if len(value.values) != 2 or kind.inner is None:
        raise _unfit(value, f"{kind.written} has two bounds", "write [from, to]; null is no bound")
    low, high = (_field(one, kind.inner, found) for one in value.values)
    return f"{'(' if low == '' else '['}{low},{high})"


def _hstore(value: Value, found: Mapping[str, str]) -> str:
    return ", ".join(f"{_quoted(key)}=>{_pair(one, found)}" for key, one in zip(value.keys, value.values, strict=True))


def _pair(value: Value, found: Mapping[str, str]) -> str:
    if value.kind is ValueKind.NULL:
        return "NULL"
    if value.values:
        return _quoted(_json(value, found))
    return _quoted(found[value.text] if value.kind is ValueKind.REFERENCE else value.text)


def _json(value: Value, found: Mapping[str, str]) -> str:
    return _with(value, found).json


def _with(value: Value, found: Mapping[str, str]) -> Value:
    """`value` with the keys of rows in place of references; whole numbers are numbers in JSON, too."""
    if value.kind is ValueKind.REFERENCE:
        text = found[value.text]
        bare = text.removeprefix("-").isdigit() and text.isascii() and (text == "0" or not text.startswith("0"))
        return Value(ValueKind.BARE if bare else ValueKind.TEXT, text, value.place)
    if not value.values:
        return value
    return Value(value.kind, value.text, value.place, tuple(_with(one, found) for one in value.values), value.keys)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _unfit(value: Value, why: str, remedy: str) -> FixtureError:
    return FixtureError("This value does not fit its column.", f"{why}.", remedy, place=value.place)
