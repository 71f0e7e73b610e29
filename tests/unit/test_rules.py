"""Rule files: what their heads say, and what a row of a query becomes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from pytest_nself.checks.audit import AXES, IGNORED, choose
from pytest_nself.checks.rule import RULES, Rule, read_rule, rules
from pytest_nself.core.errors import ConfigError
from pytest_nself.core.finding import Severity
from pytest_nself.core.sql import ALONE, SHARED

HEAD = """-- rule: odd-table
-- severity: warning
-- checks: schema, rls
-- title: An odd table
-- why: Somebody will
--   wonder.
-- message: {schema}.{name} is odd ({columns}){_more}.
-- remedy: {fix}
-- fix: drop index concurrently {schema}.{part};
--   create index on {schema}.{name} ({columns}){_tail!s}
-- bad:
--   create table a (
--       b int
--   );
-- good:
--   select 1;
"""
QUERY = "-- a comment\nselect /* axes */ '{tenant_id,b}'::text[], '100%'"
ROW: dict[str, Any] = {"kind": "table", "schema": "S", "name": 'a"b', "part": "i", "columns": ["x y", "z"]}


def written(tmp_path: Path, text: str, name: str = "odd-table") -> Path:
    """A rule's file."""
    path = tmp_path / f"{name}.sql"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def odd(tmp_path: Path) -> Rule:
    """A rule with all fields."""
    return read_rule(written(tmp_path, f"{HEAD}\n{QUERY}\n"))


def test_fields_of_a_head(odd: Rule) -> None:
    """Prose is one line, SQL keeps its lines; the query begins after the head, its own comments stay."""
    assert (odd.id, odd.severity, odd.groups) == ("odd-table", Severity.WARNING, ("schema", "rls"))
    assert odd.why == "Somebody will wonder."
    assert odd.bad == "create table a (\n    b int\n);"
    assert odd.query == QUERY
    assert odd.choices == {"axes": ("tenant_id", "b")}


def test_a_row_becomes_a_finding(odd: Rule) -> None:
    """Templates take the row's values; in SQL they are identifiers, and each statement is a step of its own."""
    finding = odd.finding({**ROW, "_more": None, "_tail": " where true"})
    assert finding.key == 'odd-table:S.a"b.i'
    assert finding.message == 'S.a"b is odd (x y, z).'
    assert [(step.sql.text, step.sql.transaction) for step in finding.fix] == [  # type: ignore[union-attr]
        ('drop index concurrently "S"."i"', ALONE),
        ('create index on "S"."a""b" ("x y", "z") where true', SHARED),
    ]
    assert finding.remedy == "; ".join(step.sql.text for step in finding.fix)  # type: ignore[union-attr]
    assert finding.evidence == {"columns": ["x y", "z"]}


def test_without_a_value_there_is_no_fix(odd: Rule) -> None:
    """A row that leaves a placeholder of the fix NULL has none."""
    assert odd.finding({**ROW, "_more": None, "_tail": None}).fix == ()


def test_choices_replace_defaults(odd: Rule) -> None:
    """As literals, whatever is in them; what is not asked for, and what is not given, changes nothing."""
    assert odd.sql() == odd.sql(other=["x"]) == QUERY
    assert "/* axes */ array['it''s', '}''']::text[], '100%'" in odd.sql(axes=["it's", "}'"])
    assert "/* axes */ array[]::text[]" in odd.sql(axes=[])


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (HEAD.replace("-- title: An odd table\n", ""), 15, "no field 'title'"),
        (HEAD.replace("warning", "bad"), 16, "the severity 'bad'"),
        (HEAD.replace("odd-table", "even-table"), 1, "calls its rule 'even-table'"),
        (HEAD.replace("-- why:", "-- wyh:"), 5, "'wyh' is unknown"),
        (HEAD.replace("-- title: An odd table", "-- why: x"), 5, "'why' is unknown, or there twice"),
        (HEAD.replace("--   wonder.", "-- wonder."), 6, "neither a field nor part of one"),
        ("select 1", 1, "no field 'rule'"),
    ],
)
def test_what_is_wrong_in_a_head(text: str, line: int, said: str, tmp_path: Path) -> None:
    """The error names file and line."""
    path = written(tmp_path, text)
    with pytest.raises(ConfigError, match=said) as caught:
        read_rule(path)
    assert str(caught.value.place) == f"{path}:{line}"


def test_the_folder_is_the_registry() -> None:
    """Every file is a rule of its name, in the order of the names."""
    assert [rule.id for rule in rules()] == sorted(path.stem for path in RULES.iterdir())
    assert {group for rule in rules() for group in rule.groups} == {"rls", "fk_index", "schema"}


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_a_rules_file(rule: Rule) -> None:
    """Its defaults are the audit's; what PostgreSQL brings is called by its full name; keywords are lower case."""
    assert set(rule.choices.items()) <= {("axes", AXES), ("ignored", IGNORED)}
    assert not re.search(r"(?<![.\w])pg_\w+\s*\(", rule.query)
    assert not re.search(r"\b(from|join)\s+pg_(?!catalog\.)", rule.query)
    assert not re.search(r"\b(SELECT|FROM|WHERE|AND|CREATE|TABLE)\b", rule.query + rule.bad + rule.good + rule.fix)
    assert rule.title[0].isupper()
    assert rule.why.endswith(".")
    assert rule.message.endswith(".")


def test_rules_are_chosen_by_name_and_group() -> None:
    """A group keeps what belongs to it; a rule of one's own goes beside those of the folder."""
    assert [rule.id for rule in choose(groups=["fk_index"])] == ["fk-without-index"]
    assert choose(["rls-disabled", "fk-without-index"], ["rls"]) == choose(["rls-disabled"])
    assert choose() == rules()
    own = Rule("own", Severity.INFO, ("house",), "t", "w", "m", "r", "select 1", "", "")
    assert choose([own], ["house"]) == (own,)


def test_every_rule_is_explained() -> None:
    """The page on findings has each rule in its table, with its group and severity, and no other."""
    page = (Path(__file__).parents[2] / "docs/explanation/findings.md").read_text(encoding="utf-8")
    told = set(re.findall(r"^\| `([\w-]+)` \| `(\w+)` \| (\w+) \|", page, re.MULTILINE))
    assert told == {(rule.id, group, str(rule.severity)) for rule in rules() for group in rule.groups}
