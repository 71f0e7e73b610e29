"""drizzle's `meta/_journal.json`: read, and continued in its own formatting."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

_DIALECTS = ("postgresql", "pg")
_VERSIONS = ("5", "6", "7")
_ENTRIES = re.compile(r'"entries"\s*:\s*\[\s*')
_BETWEEN = re.compile(r"\s*,\s*")


@dataclass(frozen=True, slots=True)
class Entry:
    """One migration: its file is `<tag>.sql`; `when` is milliseconds since 1970; `position` counts from 0."""

    idx: int
    when: int
    tag: str
    position: int


@dataclass(frozen=True, slots=True)
class JournalProblem:
    """What is wrong with a journal, and where. `harmless` to us, but not to drizzle's own migrator."""

    message: str
    remedy: str
    line: int | None = None
    column: int | None = None
    harmless: bool = False


@dataclass(frozen=True, slots=True)
class Journal:
    """A journal's sound entries in its order, and what is wrong. `usable` is False where nothing can be read."""

    entries: tuple[Entry, ...] = ()
    problems: tuple[JournalProblem, ...] = ()
    usable: bool = True


def read_journal(text: str) -> Journal:
    """Read a journal's text."""
    try:
        root = json.loads(text)
    except json.JSONDecodeError as error:
        message = f"The journal is not JSON: {error.msg[0].lower()}{error.msg[1:]}."
        remedy = "mend it, or take it from git; both sides of a merge keep their entries"
        return Journal((), (JournalProblem(message, remedy, error.lineno, error.colno),), usable=False)
    except (ValueError, RecursionError):
        return _unusable("The journal holds a number that is too long, or is nested too deeply.", "take it from git")
    if not isinstance(root, dict) or not isinstance(root.get("entries"), list):
        return _unusable("The journal has no list of entries.", "take it from git, or let drizzle-kit write it")
    if root.get("dialect") not in _DIALECTS:
        message = f"The journal is one for {root.get('dialect')!r}, and this is PostgreSQL."
        return _unusable(message, "point to the folder whose migrations are for postgresql")
    if str(root.get("version")) not in _VERSIONS:
        message = f"The journal has version {root.get('version')!r}, which is not known: there are 5, 6 and 7."
        return _unusable(message, "run drizzle-kit up, or name the folder that is meant")
    return _checked(root["entries"], text)


def _unusable(message: str, remedy: str) -> Journal:
    return Journal((), (JournalProblem(message, remedy),), usable=False)


def _checked(raw: list[Any], text: str) -> Journal:
    entries: list[Entry] = []
    problems: list[JournalProblem] = []
    by_idx: dict[int, str] = {}
    tags: set[str] = set()
    latest: Entry | None = None
    for position, one in enumerate(raw):
        idx, when, tag = (one.get(key) for key in ("idx", "when", "tag")) if isinstance(one, dict) else (None,) * 3
        if type(idx) is not int or type(when) is not int or not isinstance(tag, str) or not tag or idx < 0:
            message = f"Entry {position + 1} of the journal lacks a number `idx`, a number `when` or a `tag`."
            problems.append(JournalProblem(message, "take the journal from git", line_of(text, position)))
            continue
        if tag in tags:
            problems.append(
                JournalProblem(f"The journal lists {tag} twice.", "keep one entry", line_of(text, position))
            )
            continue
        if idx in by_idx:
            message = f"Two entries of the journal have idx {idx}: {by_idx[idx]} and {tag}."
            remedy = "give the later one the next free number, in its idx, its tag and its file names"
            problems.append(JournalProblem(message, remedy, line_of(text, position)))
        by_idx[idx] = tag
        tags.add(tag)
        entry = Entry(idx, when, tag, position)
        entries.append(entry)
        if latest is not None and entry.when <= latest.when:
            message = f"{tag} is not younger than {latest.tag} before it: drizzle's own migrator would pass it over."
            remedy = "give its `when` a larger number, if drizzle's migrator is used too"
            problems.append(JournalProblem(message, remedy, line_of(text, position), harmless=True))
        else:
            latest = entry
    return Journal(tuple(entries), tuple(problems))


def line_of(text: str, position: int) -> int:
    """The line on which an entry begins, counted from 1."""
    spans = _spans(text, position + 1)
    return text.count("\n", 0, spans[-1][0]) + 1 if spans else 1


def continued(text: str, tag: str, when: int) -> str:
    """The journal's text with one more entry, like the last one in form. The text is that of a usable journal.

    `when` is raised where it has to be: drizzle's migrator passes over what is not younger than what it has applied.
    """
    root = json.loads(text)
    earlier = [one for one in root["entries"] if isinstance(one, dict)]
    last: dict[str, Any] = earlier[-1] if earlier else {}
    entry = {
        "idx": max((int(one.get("idx", -1)) for one in earlier), default=-1) + 1,
        "version": last.get("version", root["version"]),
        "when": max([when, *(int(one.get("when", 0)) + 1 for one in earlier)]),
        "tag": tag,
        "breakpoints": last.get("breakpoints", True),
    }
    if not root["entries"]:
        root["entries"] = [entry]
        return json.dumps(root, indent=2, ensure_ascii=False)
    spans = _spans(text, len(root["entries"]))
    start, end = spans[-1]
    before = text[spans[-2][1] : start] if len(spans) > 1 else "," + _gap(text, start)
    return text[:end] + before + _like(text[start:end], last, entry) + text[end:]


def _gap(text: str, start: int) -> str:
    """The blank space before the first entry."""
    return text[text.rindex("[", 0, start) + 1 : start]


def _like(model: str, last: dict[str, Any], entry: dict[str, Any]) -> str:
    """The entry, formatted as the text of the last one is."""
    if list(last) != list(entry) or any(isinstance(value, dict | list) for value in last.values()):
        return json.dumps(entry, ensure_ascii=False)
    for key, value in entry.items():
        pattern = rf'("{key}"\s*:\s*){re.escape(json.dumps(last[key], ensure_ascii=False))}'
        written = json.dumps(value, ensure_ascii=False)
        model = re.sub(pattern, lambda match, written=written: match.group(1) + written, model, count=1)  # type: ignore[misc]
    return model


def _spans(text: str, count: int) -> list[tuple[int, int]]:
    """Where the first `count` entries stand in the text."""
    start = _ENTRIES.search(text)
    if start is None:
        return []
    decoder, position = json.JSONDecoder(), start.end()
    spans: list[tuple[int, int]] = []
    while len(spans) < count:
        _, end = decoder.raw_decode(text, position)
        spans.append((position, end))
        between = _BETWEEN.match(text, end)
        if between is None:
            break
        position = between.end()
    return spans
