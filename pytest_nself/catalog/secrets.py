"""Options of foreign data whose values nobody shall see: only a sha256 of each is read."""

from __future__ import annotations

from pytest_nself.core.errors import Refused
from pytest_nself.core.names import spell_identifier

from .fact import Entry
from .foreign_options import changed_foreign_options, foreign_options


def all_options(entry: Entry, what: str) -> str:
    """` options (…)` for an object that is made; `what` names it. Raises Refused where one is a secret."""
    for name in _digests(entry):
        raise refused_secret(what, f"option {name}")
    return f" options ({foreign_options(entry['options'])})" if entry["options"] else ""


def changed_options(old: Entry, new: Entry, what: str) -> str:
    """` options (add …, set …, drop …)`, or nothing. Raises Refused where a secret is new, or another."""
    before, after = _digests(old), _digests(new)
    for name, digest in after.items():
        if before.get(name) != digest:
            raise refused_secret(what, f"option {name}")
    parts = [changed_foreign_options(old["options"], new["options"])]
    parts += [f"drop {spell_identifier(name)}" for name in before if name not in after]
    text = ", ".join(part for part in parts if part)
    return f" options ({text})" if text else ""


def refused_secret(what: str, where: str) -> Refused:
    """What is said of a secret that would have to be written."""
    return Refused(
        f"The {where} of {what} cannot be set.",
        "It holds a secret, which is neither read nor shown.",
        "set it by hand, then compare again",
    )


def _digests(entry: Entry) -> dict[str, str]:
    return {name: digest for name, _, digest in (one.partition("=") for one in entry["secrets"] or ())}
