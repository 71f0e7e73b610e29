"""YAML -> its node tree, with one thing more than YAML has: `{org: $orgs[slug=acme]}` needs no quotes."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from pytest_nself.core.errors import FixtureError
from pytest_nself.core.place import Place

if TYPE_CHECKING:
    from ruamel.yaml.nodes import Node

_LOOKUP = re.compile(
    r"""\$(?:[^\W\d]\w*|"[^"\n]*")(?:\.(?:[^\W\d]\w*|"[^"\n]*"))?"""
    r"""\[(?:"[^"\n]*"|'[^'\n]*'|[^\]"'\n])*\](?:\.[\w-]+)?(?=\s*(?:[,}\]#]|$))"""
)
_FARTHEST = 2000


def yaml_node(text: str, file: str) -> Node | None:
    """The tree of a YAML text, None if there is nothing in it; FixtureError with the place where it is no YAML."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    yaml = YAML(typ="rt")
    yaml.Scanner = _scanner()
    try:
        node: Node | None = yaml.compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(file) if mark is None else Place(file, mark.line + 1, mark.column + 1)
        said = ": ".join(part for part in (error.context, error.problem) if part)
        raise FixtureError("This is not YAML.", f"{said}.", "correct the file", place=place) from None
    except YAMLError as error:
        raise FixtureError("This is not YAML.", f"{error}", "correct the file", place=Place(file)) from None
    return node


@cache
def _scanner() -> Any:
    from ruamel.yaml.scanner import RoundTripScanner
    from ruamel.yaml.tokens import ScalarToken

    class Scanner(RoundTripScanner):  # type: ignore[misc, unused-ignore]
        def scan_plain(self) -> Any:
            # Between braces, YAML ends a plain text at a bracket; a reference goes on to the end of its own.
            if self.flow_level and self.reader.peek() == "$":
                match = _LOOKUP.match(self.reader.prefix(_FARTHEST).split("\n", 1)[0])
                if match is not None:
                    start = self.reader.get_mark()
                    self.reader.forward(len(match[0]))
                    self.allow_simple_key = False
                    return ScalarToken(match[0], True, start, self.reader.get_mark())
            return super().scan_plain()

    return Scanner
