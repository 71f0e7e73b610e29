"""What checks are about, and their names: a misspelled one is an error, since a check of nothing always passes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from pytest_nself.core.errors import ConfigError
from pytest_nself.core.place import Place


class Subject(NamedTuple):
    """What one item is about: `nself::rls[name]`, without brackets where the name is empty; and where that stands."""

    name: str = ""
    place: Place | None = None


def known_names(names: Sequence[str], known: Collection[str], what: str) -> tuple[str, ...]:
    """These names, each once. ConfigError for one that nothing has, with what was meant."""
    for name in names:
        if name not in known:
            raise unknown_name(name, known, what)
    return tuple(dict.fromkeys(names))


def tables_named(names: Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    """The tables of these names; `orders` is any schema's table of this name. ConfigError if there is none."""
    found: list[str] = []
    for name in names:
        same = [table for table in known if table == name or ("." not in name and table.endswith(f".{name}"))]
        if not same:
            short = [table.partition(".")[2] for table in known] if "." not in name else []
            raise unknown_name(name, known, "table", short)
        found += same
    return tuple(dict.fromkeys(found))


def unknown_name(name: str, known: Collection[str], what: str, also: Sequence[str] = ()) -> ConfigError:
    """The error for a name that nothing has; what was meant may be one of `also` too."""
    from difflib import get_close_matches

    near = get_close_matches(name, [*known, *also], n=1)
    shown = sorted(known)[:8]
    return ConfigError(
        f"There is no {what} {name!r}.",
        f"There are {', '.join(shown)}{' …' if len(known) > len(shown) else ''}." if known else "There are none.",
        f"you may have meant {near[0]}" if near else "correct the name",
    )
