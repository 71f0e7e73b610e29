"""Privileges: as the server keeps them, and the grants and revokes from one state to another."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from pytest_nself.core.names import spell_identifier

Privileges = Mapping[str, Mapping[str, bool]]
"""By grantee (an empty name is PUBLIC) the letters of the privileges, each with whether it can be granted on."""

_WORDS = {
    "r": "select", "a": "insert", "w": "update", "d": "delete", "D": "truncate", "x": "references", "t": "trigger",
    "m": "maintain", "X": "execute", "U": "usage", "C": "create", "T": "temporary", "c": "connect", "s": "set",
    "A": "alter system",
}  # fmt: skip
_ITEM = re.compile(r'^("(?:[^"]|"")*"|[^=]*)=([a-zA-Z*]*)/("(?:[^"]|"")*"|.*)$', re.DOTALL)


def parse_acl(items: list[str] | None, *, owner: str, privileges: str, public: str) -> dict[str, dict[str, bool]]:
    """What an ACL says; None stands for what an owner and everybody have from the start."""
    if items is None:
        start = {owner: dict.fromkeys(privileges, False)} if privileges else {}
        return start | ({"": dict.fromkeys(public, False)} if public else {})
    found: dict[str, dict[str, bool]] = {}
    for item in items:
        match = _ITEM.match(item)
        assert match is not None, item
        grantee = _unquoted(match[1])
        for letter, star in re.findall(r"([a-zA-Z])(\*?)", match[2]):
            mine = found.setdefault(grantee, {})
            mine[letter] = mine.get(letter, False) or bool(star)
    return found


def foreign_grantors(items: list[str] | None, owner: str) -> list[str]:
    """Those who granted something and do not own the object."""
    matches = [_ITEM.match(item) for item in items or ()]
    return sorted({_unquoted(match[3]) for match in matches if match} - {owner})


def _unquoted(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


def renamed_owner(privileges: Privileges, old: str, new: str) -> dict[str, dict[str, bool]]:
    """What becomes of privileges when the object gets another owner: the new one has what the old one had."""
    found: dict[str, dict[str, bool]] = {}
    for grantee, mine in privileges.items():
        into = found.setdefault(new if grantee == old else grantee, {})
        for letter, grantable in mine.items():
            into[letter] = into.get(letter, False) or grantable
    return found


def change_grants(
    before: Privileges, after: Privileges, on: str, all_letters: str, *, column: str = ""
) -> Iterator[str]:
    """The statements that make `before` into `after`.

    `on` is what `grant … on` names, `column` the column of it that the privileges are on, as SQL spells it.
    """
    for grantee in sorted({*before, *after}):
        was, is_ = before.get(grantee, {}), after.get(grantee, {})
        gone = [letter for letter in was if letter not in is_]
        if gone:
            yield f"revoke {_text(gone, on, all_letters, column)} from {_who(grantee)}{_cascade(was, gone)}"
        only_option = [letter for letter in is_ if was.get(letter) and not is_[letter]]
        if only_option:
            yield f"revoke grant option for {_text(only_option, on, '', column)} from {_who(grantee)}"
        for grantable in (False, True):
            new = [letter for letter in is_ if is_[letter] is grantable and _is_new(was, letter, grantable)]
            if new:
                option = " with grant option" if grantable else ""
                yield f"grant {_text(new, on, all_letters, column)} to {_who(grantee)}{option}"


def _is_new(was: Mapping[str, bool], letter: str, grantable: bool) -> bool:
    return letter not in was or (grantable and not was[letter])


def _cascade(was: Mapping[str, bool], gone: list[str]) -> str:
    return " cascade" if any(was[letter] for letter in gone) else ""


def _who(grantee: str) -> str:
    return spell_identifier(grantee) if grantee else "public"


def _text(letters: list[str], on: str, all_letters: str, column: str) -> str:
    words = [_WORDS[letter] for letter in sorted(letters, key=list(_WORDS).index)]
    if column:
        words = [f"{word} ({column})" for word in words]
    elif all_letters and set(letters) >= set(all_letters):
        words = ["all"]
    return f"{', '.join(words)} on {on}"
