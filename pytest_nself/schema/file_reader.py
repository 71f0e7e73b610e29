"""Reads one file: element by element, so that one that cannot be read costs no other."""

from __future__ import annotations

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
from .model import Comment, Directive, Project
from .parts import Parts
from .problems import DUPLICATE, MISPLACED, SYNTAX, UNKNOWN, Problems, nearest
from .records import read_records
from .refs import read_ref
from .tables import read_partial, read_table
from .tokens import tokenize


def read_file(text: str, path: str, problems: Problems) -> Parts:
    """The elements of a text, not yet put together; what is wrong with it goes to `problems`."""
    cursor = Cursor(tokenize(text, path), problems)
    for flaw in cursor.tokens.flaws:
        problems.add(SYNTAX, flaw.message, cursor.tokens.place(flaw.at))
    reader = _FileReader(cursor)
    reader.read()
    return reader.parts


class _FileReader:
    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor
        self._comments = Comments(cursor)
        self.parts = Parts()

    def read(self) -> None:
        cursor = self._cursor
        file = cursor.problems.subject
        while cursor.kinds[cursor.at] != END:
            start = cursor.at
            above, directives = self._comments.above(self.parts.comments)
            try:
                self._element(above, directives)
            except Broken:
                self._resume(start)
            cursor.problems.subject = file
            self._comments.directives = None
            if cursor.at == start:
                cursor.at += 1
        self.parts.comments.extend(self._comments.sort(self._comments.until(len(cursor.tokens.source) + 1)))

    def _element(self, above: tuple[Comment, ...], directives: list[Directive]) -> None:
        cursor, comments, parts = self._cursor, self._comments, self.parts
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
            parts.enums.append(read_enum(cursor, comments, above))
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
            parts.uses.append(read_use(cursor, comments, above))
        elif word in ("diagramview", "dep"):
            parts.blocks.append(read_block(cursor, comments, above))
        else:
            self._unknown()

    def _project(self, project: Project) -> None:
        if self.parts.projects:
            self._cursor.problems.add(
                DUPLICATE,
                f"a file has one project: here is a second, the first is at {self.parts.projects[0].place}",
                project.place,
                "keep one of them",
            )
        self.parts.projects.append(project)

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
        if word.lower() in ("create", "alter", "insert"):
            raise cursor.fail(f'"{word}" begins a statement of SQL: this file is DBML', rule=MISPLACED)
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


_KNOWN = "there is: " + ", ".join(ELEMENTS)
