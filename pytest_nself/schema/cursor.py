"""Walks over the tokens: what is next, what must be next, and where to go on after an error."""

from __future__ import annotations

from pytest_nself.core.place import Place

from .problems import SYNTAX, Problems
from .tokens import BAD, COLOR, END, EXPRESSION, LONG_STRING, NUMBER, QUOTED, SIGN, STRING, WORD, Tokens

_CLOSING = {"(": ")", "[": "]", "{": "}"}
_NAMES = frozenset((WORD, QUOTED))
_OPENERS = frozenset(_CLOSING)
_CLOSERS = frozenset(_CLOSING.values())


ELEMENTS = (
    "table",
    "enum",
    "ref",
    "tablegroup",
    "tablepartial",
    "project",
    "note",
    "records",
    "use",
    "reuse",
    "diagramview",
    "dep",
    "metadata",
)
"""The words that begin an element of a file."""
_ELEMENTS = frozenset(ELEMENTS)
_EDGES = frozenset((">", "<", "<>", "-", "->", "<-"))
_HEAD = 200
"""So many tokens a head has at most: what is longer is not looked at again and again."""
METADATA_KINDS = ("table", "column", "tablegroup", "note")
"""What `Metadata` can be about."""


class Broken(Exception):
    """What is being read cannot be read on; the problem is already remembered."""


class Cursor:
    """A position among the tokens; `at` is the index of the next one."""

    __slots__ = ("at", "ends", "fresh", "kinds", "problems", "starts", "texts", "tokens")

    def __init__(self, tokens: Tokens, problems: Problems) -> None:
        self.tokens = tokens
        self.problems = problems
        self.kinds = tokens.kinds
        self.texts = tokens.texts
        self.starts = tokens.starts
        self.ends = tokens.ends
        self.fresh = tokens.fresh
        self.at = 0

    def place(self, index: int | None = None) -> Place:
        """Where the token of that index begins; the next one's place without an index."""
        return self.tokens.place(self.starts[self.at if index is None else index])

    def told(self, index: int | None = None) -> str:
        """A token as a message quotes it."""
        index = self.at if index is None else index
        if self.kinds[index] == END:
            return "the end of the file"
        return '"' + self.tokens.source[self.starts[index] : self.ends[index]].split("\n", 1)[0][:40] + '"'

    def fail(self, message: str, remedy: str = "", *, index: int | None = None, rule: str = SYNTAX) -> Broken:
        """Remember a problem at a token; the caller raises what is returned.

        A token that was no token is already a problem of its own.
        """
        index = self.at if index is None else index
        if self.kinds[index] != BAD and not (self.kinds[index] == END and self._ends_badly(index)):
            self.problems.add(rule, message, self.place(index), remedy)
        return Broken()

    def _ends_badly(self, index: int) -> bool:
        return index > 0 and self.kinds[index - 1] == BAD

    def is_sign(self, sign: str) -> bool:
        """Whether the next token is that sign."""
        return self.texts[self.at] == sign and self.kinds[self.at] == SIGN

    def take_sign(self, sign: str) -> bool:
        """Step over that sign, if it is next."""
        if self.texts[self.at] == sign and self.kinds[self.at] == SIGN:
            self.at += 1
            return True
        return False

    def need_sign(self, sign: str, why: str) -> None:
        """Step over that sign, which must be next."""
        if not self.take_sign(sign):
            raise self.fail(f'expected "{sign}" {why}, found {self.told()}')

    def is_name(self) -> bool:
        """Whether a name is next."""
        return self.kinds[self.at] in _NAMES

    def name(self, what: str) -> str:
        """The name that must be next; `what` says of what, with its article."""
        if self.kinds[self.at] in _NAMES:
            if not self.texts[self.at]:
                raise self.fail(f"the name of {what} is empty")
            self.at += 1
            return self.texts[self.at - 1]
        raise self.fail(f"expected the name of {what}, found {self.told()}")

    def path(self, what: str) -> list[str]:
        """A dotted name, as its parts."""
        parts = [self.name(what)]
        while self.texts[self.at] == "." and self.kinds[self.at] == SIGN and self.kinds[self.at + 1] in (WORD, QUOTED):
            parts.append(self.texts[self.at + 1])
            self.at += 2
        return parts

    def qualified(self, what: str) -> tuple[str | None, str]:
        """`name` or `schema.name`."""
        start = self.at
        parts = self.path(what)
        if len(parts) > 2:
            raise self.fail(
                f'"{".".join(parts)}" has {len(parts)} parts: a name is `name` or `schema.name`', index=start
            )
        return (parts[0] if len(parts) == 2 else None, parts[-1])

    def word(self) -> str:
        """The next token in lower case if it is a bare word, else an empty string."""
        return self.texts[self.at].lower() if self.kinds[self.at] == WORD else ""

    def is_text(self) -> bool:
        """Whether a string is next; double quotes are as good."""
        return self.kinds[self.at] in (STRING, LONG_STRING, QUOTED)

    def ended(self) -> bool:
        """Whether nothing more of the current line is left."""
        return self.fresh[self.at] or self.kinds[self.at] == END

    def skip_balanced(self) -> None:
        """Step over a bracketed group that begins at the next token, with all that is nested in it."""
        start = self.at
        depth = 0
        while self.kinds[self.at] != END:
            if self.kinds[self.at] == SIGN:
                text = self.texts[self.at]
                depth += (text in _OPENERS) - (text in _CLOSERS)
            self.at += 1
            if depth <= 0:
                return
            if self.fresh[self.at] and self.column() == 1 and self.begins_element():
                break
        opening = self.texts[start]
        raise self.fail(
            f'"{opening}" is never closed', f'write "{_CLOSING.get(opening, "}")}" where it ends', index=start
        )

    def skip_line(self) -> None:
        """Go to the next line, or to a closing brace of the block that we are in; nested blocks are stepped over.

        A line that begins an element at its left margin ends every block: there a brace is missing.
        """
        depth = 0
        while self.kinds[self.at] != END:
            if self.kinds[self.at] == SIGN:
                text = self.texts[self.at]
                if text == "{":
                    depth += 1
                elif text == "}":
                    if depth == 0:
                        return
                    depth -= 1
            self.at += 1
            if self.fresh[self.at] and (depth == 0 or (self.column() == 1 and self.begins_element())):
                return

    def column(self, index: int | None = None) -> int:
        """The column of a token, counted from 1."""
        return self.place(index).column or 1

    def begins_element(self) -> bool:
        """Whether the head of a top-level element is next: its keyword, a name, and what opens its body."""
        if self.kinds[self.at] != WORD:
            return False
        word = self.texts[self.at].lower()
        if word not in _ELEMENTS:
            return False
        kinds, texts = self.kinds, self.texts
        at = self.at + 1
        if word in ("use", "reuse"):
            return kinds[at] == SIGN and texts[at] in ("{", "*")
        if word == "metadata":
            if texts[at].lower() not in METADATA_KINDS or kinds[at] != WORD:
                return False
            at += 1
        named = kinds[at] in _NAMES
        if named:
            at += 1
            while kinds[at] == SIGN and texts[at] == "." and kinds[at + 1] in _NAMES:
                at += 2
            if word == "table" and kinds[at] == WORD and texts[at].lower() == "as" and kinds[at + 1] in _NAMES:
                at += 2
        for opening, closing in (("(", ")"), ("[", "]")):
            if kinds[at] == SIGN and texts[at] == opening:
                last = at + _HEAD
                while kinds[at] != END and at < last and not (kinds[at] == SIGN and texts[at] in (closing, "{", "}")):
                    at += 1
                if texts[at] != closing:
                    return False
                at += 1
        if kinds[at] != SIGN:
            return False
        if word in ("ref", "dep"):
            return texts[at] in ("{", ":") or (named and texts[at] in _EDGES)
        return texts[at] == "{" and (named or word == "project")

    def source(self, first: int, last: int) -> str:
        """The text from the token `first` up to the token `last`, both included."""
        return self.tokens.source[self.starts[first] : self.ends[last]]


__all__ = [
    "BAD",
    "COLOR",
    "END",
    "EXPRESSION",
    "LONG_STRING",
    "NUMBER",
    "QUOTED",
    "SIGN",
    "STRING",
    "WORD",
    "Broken",
    "Cursor",
]
