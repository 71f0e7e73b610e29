"""Reads a schema.dbml: its text into a `Schema`, and all that is wrong with it at once."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pytest_nself.core.finding import Findings
from pytest_nself.core.names import ObjectRef

from .comments import Comments
from .cursor import ELEMENTS, END, QUOTED, SIGN, WORD, Broken, Cursor
from .elements import (
    read_block,
    read_enum,
    read_group,
    read_metadata,
    read_project,
    read_sticky,
    read_use,
)
from .model import Block, Comment, Directive, Enum, Project, Schema, Use
from .problems import DUPLICATE, MISPLACED, SYNTAX, UNKNOWN, Problems, nearest, raise_errors
from .records import read_records
from .refs import read_ref
from .tables import read_partial, read_table
from .tokens import tokenize
from .weave import Parts, weave


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file says as far as it could be read, and what is wrong with it."""

    schema: Schema
    findings: Findings


def read_text(text: str, path: str) -> Reading:
    """Read the text of a schema.dbml; `path` is what its places name. Nothing is raised.

    Only what one file shows by itself is judged here: see `validation` for what its parts say of each other.
    """
    problems = Problems(path)
    cursor = Cursor(tokenize(text, path), problems)
    for flaw in cursor.tokens.flaws:
        problems.add(SYNTAX, flaw.message, cursor.tokens.place(flaw.at))
    reader = _Reader(cursor)
    reader.read()
    problems.subject = ObjectRef("file", None, path)
    return Reading(reader.schema(), problems.findings())


def read_schema(text: str, path: str) -> Schema:
    """The schema of a text; raises one SchemaError that tells every error in it, each with its line and column."""
    reading = read_text(text, path)
    raise_errors(reading.findings, path)
    return reading.schema


class _Reader:
    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor
        self._comments = Comments(cursor)
        self._parts = Parts(Schema(cursor.tokens.path))
        self._projects: list[Project] = []
        self._enums: list[Enum] = []
        self._uses: list[Use] = []
        self._blocks: list[Block] = []
        self._loose: list[Comment] = []

    def read(self) -> None:
        cursor = self._cursor
        file = cursor.problems.subject
        while cursor.kinds[cursor.at] != END:
            start = cursor.at
            above, directives = self._comments.above(self._loose)
            try:
                self._element(above, directives)
            except Broken:
                self._resume(start)
            cursor.problems.subject = file
            self._comments.directives = None
            if cursor.at == start:
                cursor.at += 1
        self._loose.extend(self._comments.sort(self._comments.until(len(cursor.tokens.source) + 1)))

    def _element(self, above: tuple[Comment, ...], directives: list[Directive]) -> None:
        cursor, comments, parts = self._cursor, self._comments, self._parts
        word = cursor.word()
        if word == "table":
            table, records = read_table(cursor, comments, above, directives)
            parts.tables.append(table)
            parts.records.extend(records)
            return
        if word == "tablepartial":
            parts.partials.append(read_partial(cursor, comments, above, directives))
            return
        if directives:
            comments.refuse(directives, f'"{cursor.texts[cursor.at]}"')
        if word == "ref":
            parts.refs.append(read_ref(cursor, comments, above))
        elif word == "enum":
            self._enums.append(read_enum(cursor, comments, above))
        elif word == "tablegroup":
            parts.groups.append(read_group(cursor, comments, above))
        elif word == "project":
            self._project(read_project(cursor, comments, above))
        elif word == "note":
            parts.notes.append(read_sticky(cursor, comments, above))
        elif word == "records":
            parts.records.append(read_records(cursor, comments, above, None))
        elif word == "metadata":
            parts.metadata.append(read_metadata(cursor, comments))
        elif word in ("use", "reuse"):
            self._uses.append(read_use(cursor, comments, above))
        elif word in ("diagramview", "dep"):
            self._blocks.append(read_block(cursor, comments, above))
        else:
            self._unknown()

    def _project(self, project: Project) -> None:
        if self._projects:
            self._cursor.problems.add(
                DUPLICATE,
                f"a file has one project: here is a second, the first is at {self._projects[0].place}",
                project.place,
                "keep one of them",
            )
        self._projects.append(project)

    def _unknown(self) -> None:
        """What begins no element: told once, and read over up to the next one."""
        cursor = self._cursor
        if cursor.is_sign("}"):
            raise cursor.fail('"}" closes nothing', "take it out")
        if cursor.kinds[cursor.at] != WORD:
            raise cursor.fail(f"expected an element of the schema, found {cursor.told()}", _KNOWN)
        word = cursor.texts[cursor.at]
        if word.lower() in ("indexes", "checks"):
            raise cursor.fail(f'"{word}" stands outside of a table', "put it into its table", rule=MISPLACED)
        if cursor.kinds[cursor.at + 1] in (WORD, QUOTED) and not self._opens_block():
            raise cursor.fail(f'"{word}" begins no element', "put a column into its table", rule=MISPLACED)
        raise cursor.fail(f'unknown element "{word}"', nearest(word, ELEMENTS), rule=UNKNOWN)

    def _opens_block(self) -> bool:
        """Whether a brace follows on the line."""
        cursor = self._cursor
        at = cursor.at + 1
        while not cursor.fresh[at] and cursor.kinds[at] != END:
            if cursor.kinds[at] == SIGN and cursor.texts[at] == "{":
                return True
            at += 1
        return False

    def _resume(self, start: int) -> None:
        """After an error that cost a whole element: go on at the next one."""
        cursor = self._cursor
        # Its head may have taken words of the next element; what it did read of itself begins no element again.
        cursor.at = start + 1
        depth = 0
        while cursor.kinds[cursor.at] != END:
            if cursor.fresh[cursor.at] and cursor.begins_element() and (depth == 0 or cursor.column() == 1):
                return
            if cursor.kinds[cursor.at] == SIGN:
                text = cursor.texts[cursor.at]
                if text == "{":
                    depth += 1
                elif text == "}":
                    depth = max(0, depth - 1)
            cursor.at += 1

    def schema(self) -> Schema:
        parts = self._parts
        parts.schema = replace(
            parts.schema,
            project=self._projects[0] if self._projects else None,
            enums=tuple(self._enums),
            uses=tuple(self._uses),
            blocks=tuple(self._blocks),
            comments=tuple(self._loose),
        )
        return weave(parts, self._cursor.problems)


_KNOWN = "there is: " + ", ".join(ELEMENTS)
