"""Findings as a table, as SARIF, as annotations of GitHub Actions; and the option that chooses."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import click
import pytest

from nself_cli import present
from nself_cli.invocation import Invocation
from nself_cli.main import run
from nself_cli.options import Options, common_options, findings_format
from pytest_nself.checks.formats.github import annotations
from pytest_nself.checks.formats.places import from_repository, stand_in
from pytest_nself.checks.formats.sarif import sarif, sarif_document
from pytest_nself.checks.formats.table import table
from pytest_nself.checks.rule import rules
from pytest_nself.core.finding import Finding, Findings, Severity
from pytest_nself.core.names import ObjectRef
from pytest_nself.core.place import Place

KEY = Finding(
    "fk-without-index",
    Severity.WARNING,
    ObjectRef("constraint", "public", "child", "child_fkey"),
    "The foreign key child_fkey of public.child has no index.",
    "create index on child",
    evidence={"columns": ["a"], "since": date(2026, 1, 1)},
)
EDITED = Finding(
    "migration-edited",
    Severity.ERROR,
    ObjectRef("migration", None, "1_a"),
    "1_a was edited, 100% sure:\r\n::error::{0} {x} [a](1) [b].",
    "bring it back",
    place=Place("migrations/1 ä,b:c.sql", 3, 7),
)
PLAIN = Finding(
    "up-only", Severity.INFO, ObjectRef("migration", None, "2_b"), "2_b has no down.", place=Place("/2.sql")
)
GONE = Finding("migration-missing", Severity.ERROR, ObjectRef("migration", None, "3_c"), "3_c is gone.")
ALL = Findings((KEY, EDITED, PLAIN, KEY))

# What SARIF 2.1.0 allows in the objects that we write: property -> type, or an object's name; `!` is required.
SHAPES: dict[str, dict[str, Any]] = {
    "log": {"$schema": str, "version!": str, "runs!": ["run"]},
    "run": {"tool!": "tool", "columnKind": str, "originalUriBaseIds": {"artifactLocation"}, "results": ["result"]},
    "tool": {"driver!": "component"},
    "component": {"name!": str, "version": str, "rules": ["descriptor"]},
    "descriptor": {
        "id!": str,
        "shortDescription": "text",
        "fullDescription": "text",
        "help": "text",
        "defaultConfiguration": "configuration",
        "properties": dict,
    },
    "configuration": {"level": str},
    "text": {"text!": str, "markdown": str},
    "result": {
        "ruleId": str,
        "ruleIndex": int,
        "level": str,
        "message!": "text",
        "locations": ["location"],
        "partialFingerprints": {str},
        "properties": dict,
    },
    "location": {"physicalLocation": "physical", "logicalLocations": ["logical"]},
    "physical": {"artifactLocation": "artifactLocation", "region": "region"},
    "artifactLocation": {"uri": str, "uriBaseId": str, "description": "text"},
    "region": {"startLine": int, "startColumn": int},
    "logical": {"name": str, "fullyQualifiedName": str, "kind": str},
}


def conforms(value: Any, shape: Any) -> bool:
    """Whether a value has a shape: a type, an object's name, a list of one, or a mapping from any name to one."""
    if isinstance(shape, list):
        return isinstance(value, list) and all(conforms(one, shape[0]) for one in value)
    if isinstance(shape, set):
        return isinstance(value, dict) and all(conforms(one, next(iter(shape))) for one in value.values())
    if not isinstance(shape, str):
        return isinstance(value, shape)
    known = {name.rstrip("!"): inner for name, inner in SHAPES[shape].items()}
    needed = {name[:-1] for name in SHAPES[shape] if name.endswith("!")}
    assert needed <= set(value) <= set(known), (shape, value)
    return all(conforms(one, known[name]) for name, one in value.items())


def test_sarif_has_the_shape_of_the_standard() -> None:
    """Only properties that it knows, of its types, with its words; also when there is nothing to say."""
    for found in (ALL, Findings()):
        document = json.loads(sarif(found))
        assert conforms(document, "log")
        assert document["version"] == "2.1.0"
        assert document["$schema"].endswith("/sarif-schema-2.1.0.json")
        (one,) = document["runs"]
        assert [result["level"] for result in one["results"]] == ["warning", "error", "note", "warning"][: len(found)]
        assert one["columnKind"] in ("utf16CodeUnits", "unicodeCodePoints")


def test_sarif_rules_explain_themselves() -> None:
    """Each rule that found something stands there once, with help; results point to it by name and number."""
    (one,) = sarif_document(ALL)["runs"]
    described = one["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in described] == ["fk-without-index", "migration-edited", "up-only"]
    assert [result["ruleIndex"] for result in one["results"]] == [0, 1, 2, 0]
    known = next(rule for rule in rules() if rule.id == "fk-without-index")
    assert described[0]["shortDescription"]["text"] == f"{known.title}."
    assert known.why in described[0]["help"]["text"]
    assert f"```sql\n{known.bad}\n```" in described[0]["help"]["markdown"]
    assert described[1]["help"]["text"] == "bring it back"
    assert described[2]["help"]["text"] == "2_b has no down."
    assert all(rule["defaultConfiguration"]["level"] in ("note", "warning", "error") for rule in described)


def test_sarif_results_say_what_and_where() -> None:
    """The object by its full name, the file where there is one; the key tells the same finding from run to run."""
    key, edited, plain, again = sarif_document(ALL)["runs"][0]["results"]
    assert key["locations"] == [
        {"logicalLocations": [{"name": "child_fkey", "fullyQualifiedName": str(KEY.subject), "kind": "constraint"}]}
    ]
    assert key["partialFingerprints"] == again["partialFingerprints"] == {"findingKey/v1": KEY.key}
    assert key["message"]["text"].endswith("has no index.\nTo fix: create index on child")
    assert edited["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "migrations/1%20%C3%A4%2Cb%3Ac.sql", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 3, "startColumn": 7},
    }
    assert plain["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "file:///2.sql"},
        "region": {"startLine": 1},
    }
    assert json.loads(sarif(ALL))["runs"][0]["results"][0]["properties"] == {
        "evidence": {"columns": ["a"], "since": "2026-01-01"}
    }


def test_sarif_gives_every_result_a_file_where_one_is_wanted() -> None:
    """What is about the database alone then stands in the file that is named, with its object beside it."""
    results = sarif_document(ALL, stand_in="pyproject.toml")["runs"][0]["results"]
    uris = [one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in results]
    assert uris == ["pyproject.toml", "migrations/1%20%C3%A4%2Cb%3Ac.sql", "file:///2.sql", "pyproject.toml"]
    assert results[0]["locations"][0]["physicalLocation"]["region"] == {"startLine": 1}
    assert results[0]["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] == str(KEY.subject)


def test_sarif_messages_hold_no_placeholders_and_no_links() -> None:
    """What the standard would read as an argument, or a link, is text."""
    text = sarif_document([EDITED])["runs"][0]["results"][0]["message"]["text"]
    assert r"{{0}} {x} \[a](1) [b]." in text


def test_annotations_are_escaped() -> None:
    """One line each, whatever a message or a name holds: nothing in it is a command of its own."""
    lines = list(annotations(ALL))
    assert lines[0] == (
        "::warning title=A foreign key without an index::The foreign key child_fkey of public.child has no index."
        " [fk-without-index]%0ATo fix: create index on child"
    )
    assert lines[1] == (
        "::error file=migrations/1 ä%2Cb%3Ac.sql,line=3,col=7,title=migration-edited::1_a was edited, 100%25 sure:"
        "%0D%0A::error::{0} {x} [a](1) [b]. [migration-edited]%0ATo fix: bring it back"
    )
    assert lines[2] == "::notice file=/2.sql,title=up-only::2_b has no down. [up-only]"


def test_a_table_lines_up() -> None:
    """Rule beside rule, the remedy below its sentence; nothing in a name moves the terminal's cursor."""
    escape = Finding("r", Severity.INFO, ObjectRef("table", None, "x"), "A\x1b[2J\nB.")
    assert table([KEY, EDITED, escape]).splitlines() == [
        "severity  rule              finding",
        "warning   fk-without-index  The foreign key child_fkey of public.child has no index.",
        "                            To fix: create index on child",
        "error     migration-edited  migrations/1 ä,b:c.sql:3:7: 1_a was edited, 100% sure:\\r\\n"
        "::error::{0} {x} [a](1) [b].",
        "                            To fix: bring it back",
        "info      r                 A\\x1b[2J\\nB.",
    ]
    assert table([]) == ""


@pytest.mark.parametrize("width", [20, 60, 80, 200])
def test_a_table_is_as_wide_as_the_terminal(width: int) -> None:
    """Sentences are wrapped, no word is lost or cut, and a narrow terminal leaves them room."""
    lines = table([KEY, PLAIN], width).splitlines()
    assert all(len(line) <= max(width, 28 + 40) for line in lines)
    assert " ".join(" ".join(line[28:] for line in lines[1:]).split()).startswith(f"{KEY.message} To fix:")


def test_files_are_named_from_the_repository(tmp_path: Path) -> None:
    """Not from the folder that the command ran in; what stands outside keeps its whole name."""
    (tmp_path / ".git").mkdir()
    start = tmp_path / "apps" / "shop"
    start.mkdir(parents=True)
    paths = ["migrations/1.sql", "../lib/2.sql", str(start / "3.sql"), "/elsewhere/4.sql"]
    found = [Finding("r", Severity.INFO, ObjectRef("file", None, path), "M.", place=Place(path, 1)) for path in paths]
    assert [str(one.place) for one in from_repository([*found, KEY], start)] == [
        "apps/shop/migrations/1.sql:1",
        "apps/lib/2.sql:1",
        "apps/shop/3.sql:1",
        "/elsewhere/4.sql:1",
        "None",
    ]
    (tmp_path / ".git").rmdir()
    assert str(from_repository(found, start)[0].place) == "migrations/1.sql:1"


def test_what_stands_in_for_no_file(tmp_path: Path) -> None:
    """The project's own description, within the repository; else its README."""
    (tmp_path / "pyproject.toml").touch()
    start = tmp_path / "apps" / "shop"
    start.mkdir(parents=True)
    (tmp_path / "apps" / ".git").touch()
    assert stand_in(start) == "README.md"
    (tmp_path / "apps" / "pyproject.toml").touch()
    assert stand_in(start) == "pyproject.toml"
    (start / "pyproject.toml").touch()
    assert stand_in(start) == "shop/pyproject.toml"


@click.command("look")
@common_options(writes=False, database=False)
@findings_format
def look(invocation: Invocation, options: Options, form: str | None) -> int:
    """A command that checks."""
    invocation.findings += [EDITED, PLAIN, GONE]
    present.checked(invocation, form, "1 found.", {"errors": 1}, ok=False)
    return 1


def printed(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[str, str]:
    """What the command prints to stdout and stderr."""
    look.main(list(args), standalone_mode=False, obj=Invocation())
    return capsys.readouterr()


def test_the_form_decides_what_is_data(capsys: pytest.CaptureFixture[str]) -> None:
    """With a form its text alone is on stdout, and how it stands beside it; without one all is as ever."""
    out, err = printed(capsys)
    assert (out, err.startswith("migrations/1 ä,b:c.sql:3:7: error: 1_a was edited")) == ("1 found.\n", True)
    out, err = printed(capsys, "--format", "sarif")
    results = json.loads(out)["runs"][0]["results"]
    assert [set(one["locations"][0]) for one in results] == [{"logicalLocations", "physicalLocation"}] * 3
    assert err == "1 found.\n"
    out, _ = printed(capsys, "--format", "github", "--quiet")
    assert [re.match(r"::(\w+) ", line)[1] for line in out.splitlines()] == ["error", "notice", "error"]  # type: ignore[index]
    out, err = printed(capsys, "--format", "table", "--quiet")
    assert (out.split()[:3], err) == (["severity", "rule", "finding"], "")
    out, _ = printed(capsys, "--json")
    assert json.loads(out)["data"] == {"errors": 1}


def test_two_forms_are_one_too_many(capsys: pytest.CaptureFixture[str]) -> None:
    """--json is a form of its own; another than the three is no form."""
    for order in (["--json", "--format", "sarif"], ["--format", "sarif", "--json"]):
        with pytest.raises(click.UsageError, match="give one"):
            printed(capsys, *order)
    assert run(["db", "migrate", "verify-checksums", "--format", "xml"]) == 2
    assert "'table', 'sarif', 'github'" in capsys.readouterr().err
