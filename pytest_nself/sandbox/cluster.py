"""What a recipe changes beyond its database: roles, their settings and memberships."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_nself.core.errors import ConfigError
from pytest_nself.core.place import Place

if TYPE_CHECKING:
    import psycopg

QUERY = Path(__file__).with_name("queries") / "cluster_objects.sql"
_VERBS, _KINDS = {"create", "alter", "drop"}, {"role", "user", "group"}
_REMEDY = (
    "run these statements once on that server by hand and leave them out of the recipe, or use another provider: "
    "a server of our own begins without them each time"
)


@dataclass(frozen=True, slots=True)
class RoleStatement:
    """A statement that may change roles, where it stands, and whether it changes them in any case."""

    place: Place
    text: str
    creates: bool


def role_statements(text: str, begins: Place) -> Iterator[RoleStatement]:
    """The statements of an SQL text that may change roles; `do` blocks among them, since they may do anything."""
    from pytest_nself.migrations.statements import place_at, split

    for statement in split(text):
        words = statement.words
        about_roles = len(words) > 1 and words[0] in _VERBS and words[1] in _KINDS and words[2:3] != ("mapping",)
        if about_roles or words[:1] in (("grant",), ("revoke",), ("do",)):
            creates = about_roles and words[0] == "create"
            place = place_at(text, statement.start, begins)
            yield RoleStatement(place, text[statement.start : statement.end], creates)


def cluster_objects(connection: psycopg.Connection[Any]) -> Mapping[str, tuple[str, ...]]:
    """Each object as a text that can be compared, with the names of the roles in it."""
    return {text: tuple(names) for text, names in connection.execute(QUERY.read_bytes()).fetchall()}


def refuse_creation(statements: Iterable[RoleStatement]) -> None:
    """ConfigError, before anything is changed, for a recipe that creates roles on a server that somebody runs."""
    for statement in statements:
        if statement.creates:
            raise ConfigError(
                "The recipe creates a role, which belongs to the whole server and not to one database.",
                f"{_short(statement.text)}: on a server that you run it would stay, and fail the next time.",
                _REMEDY,
                place=statement.place,
            )


def refuse_changes(
    before: Mapping[str, tuple[str, ...]],
    after: Mapping[str, tuple[str, ...]],
    statements: Sequence[RoleStatement] | None,
) -> None:
    """ConfigError that names what the recipe made different, and the statement if its statements are known.

    Where they are, a role that none of them names was changed by somebody else meanwhile.
    """
    every = {**before, **after}
    different = {text: every[text] for text in before.keys() ^ after.keys()}
    if statements is not None:
        different = {
            text: names for text, names in different.items() if any(_names_any(one.text, names) for one in statements)
        }
    if not different:
        return
    new, gone = different.keys() - before.keys(), different.keys() - after.keys()
    changes = [f"new: {text}" for text in sorted(new)] + [f"gone: {text}" for text in sorted(gone)]
    roles = {name for names in different.values() for name in names}
    guilty = next((one for one in statements or () if _names_any(one.text, roles)), None)
    said = f"{_short(guilty.text)}: " if guilty else ""
    raise ConfigError(
        "The recipe changes objects that belong to the whole server, not to one database.",
        f"{said}{'; '.join(changes[:8])}. On a server that you run this stays, and the next build starts from there.",
        _REMEDY,
        place=guilty.place if guilty else None,
    )


def _names_any(text: str, names: Iterable[str]) -> bool:
    return any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE) for name in names)


def _short(text: str, longest: int = 120) -> str:
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1] + "…"
