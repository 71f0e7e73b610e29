"""A rule is one `.sql` file of the folder `rules/`: what it finds, why that matters, what to do, and an example.

The head of the file is a comment block of fields; a line that is indented further belongs to the field above it:

    -- rule: fk-without-index          its name, which is also the file's
    -- severity: warning               info, warning or error
    -- checks: fk_index                the groups that it belongs to
    -- title: …                        what it finds, in a few words
    -- why: …                          what happens to those who leave it
    -- message: …                      the sentence of a finding: `{columns}` is that column of the query's row
    -- remedy: …                       what to do, the same way; `{fix}` is the text of the fix
    -- fix: …                          SQL that mends it (optional)
    -- bad: …                          SQL that makes an example which the rule finds
    -- good: …                         the same, mended

In a fix `{name}` is a quoted identifier, a list of names a list of identifiers, and `{verb!s}` the text as it is; a row
that has NULL for one of them has no fix. The query follows, and runs pasted into psql. Its columns `kind`, `schema`,
`name` and `part` say what the finding is about; `name` is the table's where there is one. The others are its evidence,
but for those that begin with an underscore: they are for the templates alone. What the caller can choose stands as
`/* axes */ '{tenant_id}'::text[]`, with its default.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from textwrap import dedent

from pytest_nself.core.errors import ConfigError
from pytest_nself.core.finding import Finding, Severity
from pytest_nself.core.names import ObjectRef, quote_identifier, quote_literal
from pytest_nself.core.place import Place
from pytest_nself.core.sql import ALONE, SHARED, Sql
from pytest_nself.core.step import Statement
from pytest_nself.migrations.planning.alone import must_stand_alone
from pytest_nself.migrations.statements import split

RULES = Path(__file__).with_name("rules")

_FIELD = re.compile(r"-- (\w+):(?: +(.*))?")
_MORE = re.compile(r"--(?:   ?(.*))?")
_CHOICE = re.compile(r"/\* (\w+) \*/ '\{([\w,]*)\}'::text\[\]")
_PLACEHOLDER = re.compile(r"\{(\w+)(!s)?\}")
_NEEDED = ("rule", "severity", "checks", "title", "why", "message", "remedy", "bad", "good")
_SQL = ("fix", "bad", "good")
_SUBJECT = ("kind", "schema", "name", "part")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `message`, `remedy`, `fix` are templates; `choices` are the query's parameters with their defaults."""

    id: str
    severity: Severity
    groups: tuple[str, ...]
    title: str
    why: str
    message: str
    remedy: str
    query: str
    bad: str
    good: str
    fix: str = ""
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)

    def sql(self, **chosen: Iterable[str]) -> str:
        """The query, with these values in place of the defaults; what the query does not ask for is passed over."""

        def value(match: re.Match[str]) -> str:
            values = chosen.get(match[1])
            if values is None:
                return match[0]
            return f"/* {match[1]} */ array[{', '.join(map(quote_literal, values))}]::text[]"

        return _CHOICE.sub(value, self.query)

    def finding(self, row: Mapping[str, object]) -> Finding:
        """What one row of the query says."""
        kind, schema, name, part = (row[one] for one in _SUBJECT)
        subject = ObjectRef(
            str(kind), None if schema is None else str(schema), str(name), None if part is None else str(part)
        )
        fix = self._fix(row, subject)
        words = {**row, "fix": "; ".join(step.sql.text for step in fix)}
        return Finding(
            self.id,
            self.severity,
            subject,
            _in_words(self.message, words),
            _in_words(self.remedy, words),
            fix,
            evidence={key: value for key, value in row.items() if key not in _SUBJECT and key[0] != "_"},
        )

    def _fix(self, row: Mapping[str, object], subject: ObjectRef) -> tuple[Statement, ...]:
        if any(row[match[1]] is None for match in _PLACEHOLDER.finditer(self.fix)):
            return ()
        text = _PLACEHOLDER.sub(lambda match: _as_sql(row[match[1]], raw=bool(match[2])), self.fix)
        title = f"{self.id}: {subject}"
        return tuple(
            Statement(title, Sql(text[one.start : one.end], ALONE if must_stand_alone(text, one) else SHARED))
            for one in split(text)
        )


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule, by its name: the folder is the registry."""
    return tuple(read_rule(path) for path in sorted(RULES.glob("*.sql"), key=lambda path: path.stem))


def read_rule(path: Path) -> Rule:
    """Read one file. ConfigError names the line of what is wrong in its head."""
    lines = path.read_text(encoding="utf-8").splitlines()
    said, end = _head(path, lines)
    for name in _NEEDED:
        if not said.get(name):
            raise _wrong(path, end, f"The rule {path.stem} has no field {name!r}.")
    if said["rule"] != path.stem:
        raise _wrong(path, 1, f"The file {path.name} calls its rule {said['rule']!r}.")
    try:
        severity = Severity[said["severity"].upper()]
    except KeyError:
        raise _wrong(path, end, f"The rule {path.stem} has the severity {said['severity']!r}.") from None
    query = "\n".join(lines[end:]).strip()
    choices = {match[1]: tuple(filter(None, match[2].split(","))) for match in _CHOICE.finditer(query)}
    texts = {name: said.get(name, "") for name in ("title", "why", "message", "remedy", "bad", "good", "fix")}
    groups = tuple(said["checks"].replace(",", " ").split())
    return Rule(path.stem, severity, groups, query=query, choices=choices, **texts)


def _head(path: Path, lines: Sequence[str]) -> tuple[dict[str, str], int]:
    """The fields of the comment block, and the number of its last line."""
    found: dict[str, list[str]] = {}
    name, number = "", 0
    for number, line in enumerate(lines, 1):
        if not line.startswith("--"):
            number -= 1
            break
        if match := _FIELD.fullmatch(line):
            name = match[1]
            if name in found or name not in (*_NEEDED, "fix"):
                raise _wrong(path, number, f"The field {name!r} is unknown, or there twice.")
            found[name] = [match[2] or ""]
        elif name and (match := _MORE.fullmatch(line)):
            found[name].append(match[1] or "")
        else:
            raise _wrong(path, number, "A line of the head is neither a field nor part of one.")
    return {name: _joined(name, said) for name, said in found.items()}, number


def _joined(name: str, said: Sequence[str]) -> str:
    if name not in _SQL:
        return " ".join(" ".join(said).split())
    return "\n".join([said[0], dedent("\n".join(said[1:]))]).strip()


def _in_words(template: str, values: Mapping[str, object]) -> str:
    def word(match: re.Match[str]) -> str:
        value = values[match[1]]
        if isinstance(value, list | tuple):
            return ", ".join(map(str, value))
        return "" if value is None else str(value)

    return _PLACEHOLDER.sub(word, template)


def _as_sql(value: object, *, raw: bool) -> str:
    if raw:
        return str(value)
    names = value if isinstance(value, list | tuple) else [value]
    return ", ".join(quote_identifier(str(name)) for name in names)


def _wrong(path: Path, line: int, problem: str) -> ConfigError:
    return ConfigError(
        problem,
        f"A rule's head has the fields {', '.join(_NEEDED)}, and may have fix.",
        "compare it with a rule beside it",
        place=Place(str(path), max(line, 1)),
    )
