"""The parts of one migration file: its up, its down, and what their headers say."""

from __future__ import annotations

from typing import NamedTuple

from pytest_nself.core.place import Place
from pytest_nself.migrations.statements import Scan, is_blank, place_at, scan
from pytest_nself.migrations.statements.between import surely_between_statements

from . import marks
from .directives import NOTHING, PartProblem, Said, is_directive, may_direct, read_directive
from .marks import Mark


class Section(NamedTuple):
    """A part's text, and where it begins. `blank`: nothing but blank space and comments."""

    text: str
    place: Place
    blank: bool


class Sections(NamedTuple):
    """What one file holds; `down` is None where the file has no such part.

    `dialect` is the kind of its marks, empty where it has none.
    """

    up: Section
    down: Section | None = None
    dialect: str = ""
    has_up_mark: bool = False
    up_said: Said = NOTHING
    down_said: Said = NOTHING
    problems: tuple[PartProblem, ...] = ()


def sections_of(text: str, path: str, *, marked: bool) -> Sections:
    """Read a file's parts. With `marked` false the whole text is one part (a file of a pair); marks are comments."""
    lowered = text.lower()
    found = _marks(text, lowered) if marked else []
    if not found and not may_direct(lowered):
        return Sections(Section(text, Place(path, 1), is_blank(text)))
    if (ended := _with_ends(text, lowered, found)) != text:
        return sections_of(ended, path, marked=True)
    problems: list[PartProblem] = []
    dividing = found if _up_and_down(found) else _dividing(text, path, found, problems)
    if not dividing:
        up_said, _ = _directives(text, path, (), problems) if may_direct(lowered) else (NOTHING, NOTHING)
        whole = Section(text, Place(path, 1), is_blank(text))
        return Sections(whole, up_said=up_said, problems=tuple(problems))
    first = dividing[0]
    parts = {
        mark.kind: _section(text, path, mark.end, after.start if after else len(text))
        for mark, after in zip(dividing, [*dividing[1:], None], strict=True)
    }
    if (marks.UP in parts or first.dialect != marks.BARE) and not is_blank(text[: first.start]):
        before = scan(text[: first.start])
        offsets = [*(one.start for one in before.statements), *(one.offset for one in before.problems)]
        what = f"This statement stands before the {first.kind.upper()} part, so it would never run."
        problems += [
            PartProblem("outside-parts", _at(text, path, offset), what, "move it into one of the parts")
            for offset in sorted(offsets)[:1]
        ]
    up = parts.get(marks.UP) or _section(text, path, 0, first.start)
    if marks.UP not in parts and not problems and up.blank:
        message = "The file has a DOWN part, and nothing that it could take back."
        problems.append(PartProblem("missing-up", _at(text, path, first.start), message, "add the UP part"))
    up_said, down_said = (
        _directives(text, path, tuple(dividing), problems) if may_direct(lowered) else (NOTHING, NOTHING)
    )
    alone = {mark.kind for mark in found if mark.no_transaction}
    if any(mark.kind == marks.ALONE for mark in found):
        alone = {marks.UP, marks.DOWN}
    header = Said(no_transaction=True)
    return Sections(
        up,
        parts.get(marks.DOWN),
        first.dialect,
        marks.UP in parts,
        up_said.below(header) if marks.UP in alone else up_said,
        down_said.below(header) if marks.DOWN in alone else down_said,
        tuple(problems),
    )


def _at(text: str, path: str, offset: int) -> Place:
    return place_at(text, offset, Place(path, 1))


def _section(text: str, path: str, start: int, end: int) -> Section:
    if text[start : start + 1] == "\n":
        start += 1
    part = text[start:end]
    return Section(part, Place(path, text.count("\n", 0, start) + 1, 1), is_blank(part))


def _marks(text: str, lowered: str) -> list[Mark]:
    """Every mark that stands on a line of its own, between statements or between the words of one."""
    found = []
    for match in marks.CANDIDATE.finditer(text):
        line = text.rfind("\n", 0, match.start()) + 1
        if not text[line : match.start()].strip() and (mark := marks.read_mark(match, line)):
            found.append(mark)
    if found and not surely_between_statements(text, lowered, [mark.start for mark in found]):
        comments = {comment.end for comment in scan(text).comments}
        found = [mark for mark in found if mark.end in comments]
    return found


def _with_ends(text: str, lowered: str, found: list[Mark]) -> str:
    """The text with a semicolon where only StatementEnd ends a statement, as goose and sql-migrate allow."""
    ends = [mark for mark in found if mark.kind == marks.END]
    if not ends or surely_between_statements(text, lowered, [mark.start for mark in ends]):
        return text
    for mark in reversed(ends):
        if any(one.start < mark.start and one.end > mark.end for one in scan(text).statements):
            end = scan(text[: mark.start]).statements[-1].end
            text = f"{text[:end]};{text[end:]}"
    return text


def _up_and_down(found: list[Mark]) -> bool:
    """Whether the marks are one of each kind in one dialect, as in nearly every file."""
    kinds = [mark.kind for mark in found if not mark.problem and mark.dialect == found[0].dialect]
    return kinds == [marks.UP, marks.DOWN] and len(found) == 2


def _dividing(text: str, path: str, found: list[Mark], problems: list[PartProblem]) -> list[Mark]:
    """The marks that begin a part, all of one dialect; what is wrong with any goes to `problems`."""
    named = [mark for mark in found if mark.dialect != marks.BARE]
    for mark in found:
        if mark.problem:
            remedy = "take it out, or write what is known: see the reference page of migration files"
            problems.append(PartProblem("mark", _at(text, path, mark.start), _sentence(mark.problem), remedy))
    if not named:
        dividing = [mark for mark in found if mark.kind in (marks.UP, marks.DOWN)]
    else:
        dividing = [mark for mark in named if mark.kind in (marks.UP, marks.DOWN)]
        _mixed(text, path, found, named[0].dialect, problems)
        _pairs(text, path, named, problems)
        if not dividing and not problems:
            message = f"The file has a mark of the kind {named[0].dialect!r}, but no part begins in it."
            problems.append(PartProblem("missing-up", _at(text, path, named[0].start), message, "mark the up part"))
    kinds = [mark.kind for mark in dividing]
    for position, mark in enumerate(dividing):
        if mark.kind in kinds[:position]:
            message = f"A second {mark.kind.upper()} part begins here."
            problems.append(
                PartProblem("repeated-part", _at(text, path, mark.start), message, "keep one part of each kind")
            )
    return dividing


def _mixed(text: str, path: str, found: list[Mark], dialect: str, problems: list[PartProblem]) -> None:
    """Marks of two tools, or a bare mark that seems to begin the other part, would run a down as an up."""
    part = ""
    for position, mark in enumerate(found):
        after = found[position + 1].start if position + 1 < len(found) else len(text)
        foreign = mark.dialect not in (marks.BARE, dialect)
        if mark.dialect == dialect and mark.kind in (marks.UP, marks.DOWN):
            part = mark.kind
        elif foreign or (mark.dialect == marks.BARE and mark.kind != part and not is_blank(text[mark.end : after])):
            shown = text[mark.start : mark.end].strip()
            message = f"The mark {shown!r} stands among marks of another kind, {dialect!r}."
            problems.append(PartProblem("mixed-marks", _at(text, path, mark.start), message, "use marks of one kind"))
            return


def _pairs(text: str, path: str, named: list[Mark], problems: list[PartProblem]) -> None:
    """StatementBegin and StatementEnd come in pairs, inside one part. The scanner needs neither."""
    open_mark: Mark | None = None
    for mark in named:
        if mark.kind == marks.ALONE:
            continue
        if mark.kind == marks.END and open_mark is None:
            problems.append(_lone(text, path, mark, "StatementBegin"))
        elif mark.kind != marks.END and open_mark is not None:
            problems.append(_lone(text, path, open_mark, "StatementEnd"))
        open_mark = mark if mark.kind == marks.BEGIN else None
    if open_mark is not None:
        problems.append(_lone(text, path, open_mark, "StatementEnd"))


def _lone(text: str, path: str, mark: Mark, lacks: str) -> PartProblem:
    return PartProblem("mark", _at(text, path, mark.start), f"This mark has no {lacks}.", f"add the {lacks}")


def _directives(text: str, path: str, dividing: tuple[Mark, ...], problems: list[PartProblem]) -> tuple[Said, Said]:
    """What the file's header and the header of each part say, for the up and for the down."""
    found = scan(text)
    said = {"": NOTHING, marks.UP: NOTHING, marks.DOWN: NOTHING}
    for comment in found.comments:
        words = text[comment.start : comment.end]
        if not is_directive(words):
            continue
        place = _at(text, path, comment.start)
        part, start = "", 0
        for mark in dividing:
            if mark.start < comment.start:
                part, start = mark.kind, mark.end
        if _statement_between(found, start, comment.start):
            message = "A directive counts only in the file's header, or at the head of a part."
            problems.append(PartProblem("directive", place, message, "move it above the first statement"))
            continue
        read = read_directive(words, place, said[part])
        if isinstance(read, PartProblem):
            problems.append(read)
        elif part == marks.DOWN and read.depends_on:
            message = "depends_on says what comes before the up: a down has no such order."
            problems.append(PartProblem("directive", place, message, "move it into the file's header"))
        else:
            said[part] = read
    return said[marks.UP].below(said[""]), said[marks.DOWN].below(said[""])


def _statement_between(found: Scan, start: int, end: int) -> bool:
    return any(start <= statement.start < end for statement in found.statements)


def _sentence(message: str) -> str:
    return message[0].upper() + message[1:] + ("" if message.endswith("?") else ".")
