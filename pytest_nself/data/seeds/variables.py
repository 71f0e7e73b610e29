"""`${ENV_VAR}` in the values of a seed: the environment's word, which is never shown.

Only names in capitals count, so that `Hello ${name}` stays a text; `$${NAME}` is the text `${NAME}`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from pytest_nself.core.place import Place
from pytest_nself.core.secret import Secret

from .seed_file import SeedError

Variables = Callable[[str], str | None]
"""The value of a variable in the environment that is seeded; None where it has none."""

_VARIABLE = re.compile(r"(\$?)\$\{([A-Z_][A-Z0-9_]*)\}")


def names_in(text: str) -> tuple[str, ...]:
    """The variables that a text asks for, each once."""
    if "${" not in text:
        return ()
    return tuple(dict.fromkeys(name for escape, name in _VARIABLE.findall(text) if not escape))


def filled(text: str, variables: Variables, place: Place, *, in_json: bool = False) -> str | Secret:
    """The text with the variables' values: a Secret where it has any. SeedError for one that is not set."""
    if "${" not in text:
        return text
    asked = names_in(text)

    def value(match: re.Match[str]) -> str:
        if match[1]:
            return match[0][1:]
        found = variables(match[2])
        if found is None:
            raise SeedError(
                f"${{{match[2]}}} is not set.",
                "Neither the process environment nor the env files of this environment have it. Nothing was sent.",
                f"set {match[2]}; a text that looks like it is written $${{{match[2]}}}",
                place=place,
            )
        return json.dumps(found, ensure_ascii=False)[1:-1] if in_json else found

    said = _VARIABLE.sub(value, text)
    return Secret(said) if asked else said
