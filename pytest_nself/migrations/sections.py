"""The parts of one migration file: its up, its down, and what its header says."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pytest_nself.core.place import Place

from .statements import Comment, is_blank, place_at, scan

# `-- UP`, `-- Down:`, `-- migrate:up transaction:false`, `-- === UP ===`, `-- Up Migration`
_MARK = re.compile(
    r"(?i)^--[\s=#*-]*(?P<dbmate>migrate:)?(?P<part>up|down)(?:\s+migration)?"
    r"(?P<options>(?:\s+[a-z_]+:\S+)*)[\s:=#*-]*$"
)
_FOREIGN = re.compile(r"(?i)^--\s*\+\s*(goose|migrate)\b")
_DIRECTIVE = re.compile(r"(?i)^--\s*nself:\s*(\S*)")
_MAYBE = re.compile(r"(?im)^\s*--.*\b(?:up|down|goose|migrate|nself)\b")


@dataclass(frozen=True, slots=True)
class Section:
    """A part's text, and where it begins."""

    text: str
    place: Place
    blank: bool


@dataclass(frozen=True, slots=True)
class SectionProblem:
    """Why the file cannot be used."""

    rule: str
    place: Place
    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Sections:
    """What one file holds; `down` is None where the file has no such part."""

    up: Section
    down: Section | None
    has_up_mark: bool
    no_transaction: bool
    down_no_transaction: bool
    problems: tuple[SectionProblem, ...]


@dataclass(frozen=True, slots=True)
class _Mark:
    part: str
    start: int
    end: int
    options: str


def sections_of(text: str, path: str, *, marked: bool) -> Sections:
    """Read a file's parts. With `marked` false the whole text is one part (a file of a pair); marks are comments."""
    whole = Section(text, Place(path, 1), is_blank(text))
    if not _MAYBE.search(text):
        return Sections(whole, None, False, False, False, ())
    found = scan(text)
    comments = [comment for comment in found.comments if _stands_alone(text, comment)]
    first = found.statements[0].start if found.statements else len(text)
    no_transaction, problems = _directives(text, path, comments, first)
    marks = _marks(text, comments) if marked else []
    if marked:
        problems += _foreign(text, path, comments)
    if not marks:
        return Sections(whole, None, False, no_transaction, no_transaction, tuple(problems))
    problems += _mark_problems(text, path, marks, first)
    parts = {
        mark.part: _section(text, path, mark.end, after.start if after else len(text))
        for mark, after in zip(marks, [*marks[1:], None], strict=True)
    }
    alone = {mark.part for mark in marks if no_transaction or "transaction:false" in mark.options}
    up = parts.get("up") or _section(text, path, 0, marks[0].start)
    if "up" not in parts and no_transaction:
        alone.add("up")
    return Sections(up, parts.get("down"), "up" in parts, "up" in alone, "down" in alone, tuple(problems))


def _stands_alone(text: str, comment: Comment) -> bool:
    return not text[text.rfind("\n", 0, comment.start) + 1 : comment.start].strip()


def _section(text: str, path: str, start: int, end: int) -> Section:
    if text[start : start + 1] == "\n":
        start += 1
    part = text[start:end]
    return Section(part, place_at(text, start, Place(path, 1)), is_blank(part))


def _marks(text: str, comments: list[Comment]) -> list[_Mark]:
    marks = []
    for comment in comments:
        if match := _MARK.match(text[comment.start : comment.end].rstrip()):
            start = text.rfind("\n", 0, comment.start) + 1
            marks.append(_Mark(match["part"].lower(), start, comment.end, match["options"].lower()))
    return marks


def _mark_problems(text: str, path: str, marks: list[_Mark], first_statement: int) -> list[SectionProblem]:
    problems = []
    parts = [mark.part for mark in marks]
    for position, mark in enumerate(marks):
        if mark.part in parts[:position]:
            place = place_at(text, mark.start, Place(path, 1))
            message = f"A second {mark.part.upper()} part begins here."
            problems.append(SectionProblem("repeated-part", place, message, "keep one part of each kind"))
    if "up" in parts and first_statement < marks[0].start:
        place = place_at(text, first_statement, Place(path, 1))
        message = f"This statement stands before the {marks[0].part.upper()} part, so it would never run."
        problems.append(SectionProblem("outside-parts", place, message, "move it into one of the parts"))
    return problems


def _directives(text: str, path: str, comments: list[Comment], first: int) -> tuple[bool, list[SectionProblem]]:
    """The header's `nself:` directives: those before the first statement. An unknown one is a problem."""
    no_transaction, problems = False, []
    for comment in comments:
        match = _DIRECTIVE.match(text[comment.start : comment.end])
        if match is None:
            continue
        place = place_at(text, comment.start, Place(path, 1))
        if comment.start > first:
            message = "A directive counts only in the file's header."
            problems.append(SectionProblem("directive", place, message, "move it above the first statement"))
        elif match.group(1).lower() == "no-transaction":
            no_transaction = True
        else:
            message = f"nself:{match.group(1)} is not a directive."
            problems.append(SectionProblem("directive", place, message, "known is nself:no-transaction"))
    return no_transaction, problems


def _foreign(text: str, path: str, comments: list[Comment]) -> list[SectionProblem]:
    """Marks of tools whose single files we do not read: run whole, such a file would take itself back."""
    for comment in comments:
        if match := _FOREIGN.match(text[comment.start : comment.end]):
            place = place_at(text, comment.start, Place(path, 1))
            message = f"The file is divided with {match.group(1).lower()}'s marks, which are not read."
            return [SectionProblem("foreign-marks", place, message, "use -- UP and -- DOWN")]
    return []
