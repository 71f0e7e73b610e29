"""Whether an offset of a text stands between two statements: without the scanner where a plain look can tell.

Every file of a marked project holds marks, and a scan costs ten times what reading the file does.
"""

from __future__ import annotations

import re

# Whole statements, each with its semicolon, then blanks and comments. Nothing in here can be read in two ways; what
# could (a backslash, a nested comment, a dollar sign inside a word) does not match, and the scanner decides.
#
# A lookahead and a reference to its group are an atomic group that Python before 3.11.5 gets right.
_STATEMENTS = re.compile(
    r"""
    (?:
      (?=(?P<statement>
        (?: [^-'"$/\\;]++
          | --[^\n\r]*+
          | -(?!-)
          | /(?!\*)
          | /\*(?:(?!/\*|\*/).)*\*/
          | '[^'\\]*+'
          | "[^"]*+"
          | (?<=[\s(,=])\$(?P<tag>(?:[A-Za-z_][A-Za-z_0-9]*+)?)\$(?:(?!\$(?P=tag)\$).)*\$(?P=tag)\$
        )*
      ))
      (?P=statement)
      ;
    )*
    (?: \s++ | --[^\n\r]*+ | /\*(?:(?!/\*|\*/).)*\*/ )*
    """,
    re.VERBOSE | re.DOTALL | re.ASCII,
)


def surely_between_statements(text: str, lowered: str, offsets: list[int]) -> bool:
    """True if every offset (ascending) stands between statements; False if it does not, or only a scan can tell."""
    # Semicolons and marks may stand inside these without ending anything.
    if "atomic" in lowered or "rule" in lowered or "stdin" in lowered:
        return False
    position = 0
    for offset in offsets:
        match = _STATEMENTS.match(text, position, offset)
        if match is None or match.end() != offset:
            return False
        position = offset
    return True
