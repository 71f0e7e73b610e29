"""The baseline: findings that a project lives with for now, each with a reason and the day until which it may.

    [[accepted]]
    key = "fk-without-index:public.child.child_parent_id_fkey"
    reason = "parents are never deleted before the archive moves out"
    until = 2027-01-31

`key` is what a finding calls itself: its rule, a colon, its subject.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pytest_nself.core.errors import ConfigError
from pytest_nself.core.finding import Finding, Findings, Severity
from pytest_nself.core.names import ObjectRef
from pytest_nself.core.place import Place

FILE = "nself-baseline.toml"
"""Its name in a project's root."""

_ENTRIES = "accepted"
_HEADER = re.compile(rf"\s*\[\[\s*{_ENTRIES}\s*\]\]")
_FIELDS = ("key", "reason", "until")
_LINE = re.compile(r"\(at line (\d+)")


@dataclass(frozen=True, slots=True)
class Accepted:
    """One finding that is accepted, up to and including the day `until`."""

    key: str
    reason: str
    until: date
    place: Place

    @property
    def rule(self) -> str:
        return self.key.partition(":")[0]


@dataclass(frozen=True, slots=True)
class Baseline:
    """What is accepted, in the file's order."""

    entries: tuple[Accepted, ...] = ()

    def apply(self, findings: Iterable[Finding], today: date, *, rules: Collection[str] | None = None) -> Findings:
        """What is left, and what is to be said of the baseline itself.

        An entry whose day is past takes nothing out, and is told (`baseline-expired`), as is one that no finding
        needs (`baseline-unused`). `rules` are those that were asked, if it was not all of them: nobody knows whether
        the entries of others are still needed.
        """
        found = tuple(findings)
        keys = {finding.key for finding in found}
        accepted = {one.key for one in self.entries if today <= one.until}
        return Findings((*Findings(found).without(accepted), *self._about_itself(keys, today, rules)))

    def _about_itself(self, keys: set[str], today: date, rules: Collection[str] | None) -> Iterator[Finding]:
        for one in self.entries:
            if one.key not in keys:
                if rules is None or one.rule in rules:
                    yield _unused(one)
            elif today > one.until:
                yield _expired(one)


def read_baseline(path: Path) -> Baseline:
    """Read the file. ConfigError names the line of what is wrong in it, and says so of a file that is not there."""
    import tomllib

    try:
        text = path.read_bytes().decode()
        document = tomllib.loads(text)
    except OSError as error:
        raise ConfigError("The baseline cannot be read.", str(error), "correct its name") from error
    except UnicodeDecodeError as error:
        raise ConfigError(
            "The baseline is not UTF-8.", str(error), "save it as UTF-8", place=Place(str(path))
        ) from error
    except tomllib.TOMLDecodeError as error:
        line = _LINE.search(str(error))
        place = Place(str(path), int(line[1]) if line else text.count("\n") + 1)
        raise ConfigError("The baseline is not TOML.", str(error), "correct it", place=place) from error
    return Baseline(tuple(_entries(path, text.splitlines(), document)))


def baseline_text(findings: Iterable[Finding], reason: str, until: date) -> str:
    """A baseline that accepts these findings, each once."""
    return "\n".join(
        f"[[{_ENTRIES}]]\nkey = {_toml(key)}\nreason = {_toml(reason)}\nuntil = {until:%Y-%m-%d}\n"
        for key in dict.fromkeys(finding.key for finding in findings)
    )


def _entries(path: Path, lines: list[str], document: Mapping[str, Any]) -> Iterator[Accepted]:
    for name in document:
        if name != _ENTRIES:
            line = _line_of(lines, rf"\s*(\[\[?\s*)?[\"']?{re.escape(name)}\b", 0)
            raise _wrong(Place(str(path), line), f"The baseline has no {name!r}.")
    entries = document.get(_ENTRIES, [])
    if not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
        raise _wrong(
            Place(str(path), _line_of(lines, rf"\s*\[?\s*{_ENTRIES}", 0)), "The baseline is no list of entries."
        )
    headers = [number for number, line in enumerate(lines) if _HEADER.match(line)]
    seen: set[str] = set()
    for number, entry in enumerate(entries):
        # Without headers of their own the entries stand in one value.
        start = headers[number] if len(headers) == len(entries) else 0
        accepted = _accepted(path, lines, start, entry)
        if accepted.key in seen:
            raise _wrong(accepted.place, f"{accepted.key} is accepted twice.")
        seen.add(accepted.key)
        yield accepted


def _accepted(path: Path, lines: list[str], start: int, entry: Mapping[str, Any]) -> Accepted:
    def wrong(name: str, problem: str) -> ConfigError:
        return _wrong(Place(str(path), _line_of(lines, rf"\s*[\"']?{re.escape(name)}\b", start)), problem)

    for name in entry:
        if name not in _FIELDS:
            raise wrong(name, f"An entry of the baseline has no {name!r}.")
    for name in _FIELDS:
        if name not in entry:
            raise wrong(name, f"An entry of the baseline lacks {name!r}.")
    key, reason, until = (entry[name] for name in _FIELDS)
    if not isinstance(key, str) or not all(key.partition(":")):
        raise wrong("key", f"{key!r} is no finding's key, which is `rule:subject`.")
    if not isinstance(reason, str) or not reason.strip():
        raise wrong("reason", f"The reason of {key} is empty.")
    if not isinstance(until, date) or isinstance(until, datetime):
        raise wrong("until", f"The end of {key} is {until!r}, which is no date.")
    return Accepted(key, reason, until, Place(str(path), start + 1))


def _line_of(lines: list[str], pattern: str, start: int) -> int:
    """The line, from 1, of the entry's field; where the entry begins if it has none."""
    for number in range(start, len(lines)):
        if number > start and _HEADER.match(lines[number]):
            break
        if re.match(pattern, lines[number]):
            return number + 1
    return start + 1


def _unused(one: Accepted) -> Finding:
    return Finding(
        "baseline-unused",
        Severity.INFO,
        ObjectRef("baseline entry", None, one.key),
        f"The baseline accepts {one.key}, which was not found.",
        "take the entry out",
        place=one.place,
    )


def _expired(one: Accepted) -> Finding:
    return Finding(
        "baseline-expired",
        Severity.WARNING,
        ObjectRef("baseline entry", None, one.key),
        f"The baseline accepted {one.key} until {one.until:%Y-%m-%d}: {one.reason}",
        "mend what was found, or give the entry another day and say why",
        place=one.place,
        evidence={"reason": one.reason, "until": one.until.isoformat()},
    )


def _toml(text: str) -> str:
    import json

    # JSON's strings are TOML's, but for one control character.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _wrong(place: Place, problem: str) -> ConfigError:
    return ConfigError(
        problem,
        f"It is a list of [[{_ENTRIES}]], each with a key, a reason and a day until which it holds.",
        'write it as: key = "rule:subject", reason = "why", until = 2027-01-31 (without quotes)',
        place=place,
    )
