"""The tokens of SQL, as PostgreSQL's scanner (`scan.l`, versions 15 to 18) cuts them.

Only as far as it tells where statements end: what can neither begin nor end a quote, a comment or a statement is taken
together, and what the server refuses in any case, such as letters glued to a number, in whichever way is simple.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

# Identifiers hold ASCII letters, digits, _ and anything beyond ASCII (a no-break space, too). Said by what they do not
# hold: a class that reaches to the last code point takes 10 ms to compile.
_FIRST = r"[^\x00-@\[-^`{-\x7f]"
_LATER = r"[^\x00-\#%-/:-@\[-^`{-\x7f]"
_TAG = r"[^\x00-/:-@\[-^`{-\x7f]"

# A quote that is never closed must not end at a doubled quote inside it: `(?!')`. Groups are never possessive, since
# Python before 3.11.5 gets that wrong; where a repeated group must not give back, a lookahead holds it.
_ESCAPES = r"[^'\\]*+(?:(?:\\.|'')[^'\\]*+)*'(?!')"
# Blank space with a line's end in it, comments included, joins two strings to one. That matters only where the second
# is read like the first, with its backslashes.
_JOIN = r"(?:[\ \t\f\v]|--[^\n\r]*+)*[\n\r](?:\s|--[^\n\r]*+[\n\r])*'"
_ESCAPED = rf"'{_ESCAPES}(?:{_JOIN}{_ESCAPES})*(?!{_JOIN})"
_STANDARD = r"'[^']*+(?:''[^']*+)*'(?!')"
_QUOTED = r'"[^"]*+(?:""[^"]*+)*"(?!")'
_WORD = rf"(?![eE]'){_FIRST}{_LATER}*+"
_NUMBER = rf"\$?[0-9](?:{_TAG}|\.)*"
_VARIABLE = rf""":(?:'{_TAG}++'|"{_TAG}++"|\{{\?{_TAG}++\}})"""
# A comment ends an operator in whose middle it stands, so operators need not be known: only what begins no comment.
_OTHER = rf"(?:[,.=<>*+%&|^!?@\#~\[\]{{}}`]|-(?!-)|/(?!\*)|::|:=|(?!{_VARIABLE}):)+"


@dataclass(frozen=True, slots=True)
class Tokens:
    """How tokens are read: `one` reads one token after blank space, `run` as many as need no look at them.

    The names of the groups of `one` are the kinds of tokens; `dollar` and `block` are only the opening of theirs.
    """

    one: re.Pattern[str]
    run: re.Pattern[str]


@cache
def tokens(*, standard_strings: bool = True) -> Tokens:
    """`standard_strings` is the server's setting `standard_conforming_strings`: off, '' is read like E''."""
    plain = _STANDARD if standard_strings else _ESCAPED
    # With the setting off a plain string must be looked at.
    strings = f"[eE]{_ESCAPED}|{plain}" if standard_strings else f"[eE]{_ESCAPED}"
    simple = rf"\s*+(?:{_WORD}|{_OTHER}|{_NUMBER}|{strings}|{_QUOTED})"
    one = rf"""
        \s*+(?:
            (?P<word>{_WORD})
          | (?P<other>{_OTHER}|{_NUMBER})
          | (?P<open>\()
          | (?P<close>\))
          | (?P<semi>;)
          | (?P<string>{plain}|[eE]{_ESCAPED})
          | (?P<quoted>{_QUOTED})
          | (?P<line>--[^\n\r]*+)
          | (?P<block>/\*)
          | (?P<dollar>\$(?:{_FIRST}{_TAG}*+)?\$)
          | (?P<variable>{_VARIABLE})
          | (?P<backslash>\\[^\n\r]*+)
          | (?P<broken>[eE]?'|")
          | (?P<end>\Z)
          | (?P<rest>.)
        )"""
    flags = re.DOTALL | re.ASCII
    # Bounded: each repetition is remembered until the end.
    run = rf"(?:{simple}|\s*+\((?=(?P<inner>(?:{simple}){{0,2000}}))(?P=inner)\s*+\)){{0,2000}}"
    return Tokens(re.compile(one, flags | re.VERBOSE), re.compile(run, flags | re.VERBOSE))


_BLOCK_EDGE = re.compile(r"/\*|\*/")


def block_end(text: str, start: int) -> int | None:
    """The offset after the `/*` comment that begins at `start` and may hold others; None when it is never closed."""
    depth = 0
    for edge in _BLOCK_EDGE.finditer(text, start):
        depth += 1 if edge.group() == "/*" else -1
        if not depth:
            return edge.end()
    return None


def dollar_end(text: str, delimiter: str, inside: int) -> int | None:
    """The offset after the dollar-quoted string whose contents begin at `inside`; None when it is never closed."""
    at = text.find(delimiter, inside)
    return None if at < 0 else at + len(delimiter)
