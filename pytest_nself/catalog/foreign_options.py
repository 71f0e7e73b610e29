"""Options of foreign-data wrappers, servers, tables and columns, in SQL."""

from __future__ import annotations

from collections.abc import Iterable

from pytest_nself.core.names import quote_literal, spell_identifier


def foreign_options(options: Iterable[str]) -> str:
    """`host 'a', port '1'` from the server's list of `host=a`."""
    return ", ".join(f"{spell_identifier(name)} {quote_literal(value)}" for name, value in _pairs(options).items())


def changed_foreign_options(old: Iterable[str] | None, new: Iterable[str] | None) -> str:
    """`add …, set …, drop …` for what differs."""
    before, after = _pairs(old or ()), _pairs(new or ())
    parts = [f"drop {spell_identifier(name)}" for name in before if name not in after]
    for name, value in after.items():
        if before.get(name) != value:
            verb = "set" if name in before else "add"
            parts.append(f"{verb} {spell_identifier(name)} {quote_literal(value)}")
    return ", ".join(parts)


def _pairs(options: Iterable[str]) -> dict[str, str]:
    return {name: value for name, _, value in (option.partition("=") for option in options)}
