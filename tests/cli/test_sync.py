"""`nself db sync` as far as the files go: what is taken over, and what never is."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from nself_cli.main import run
from pytest_nself.authoring.syncs import states

from .terminal import on_a_terminal

NSELF = (sys.executable, "-c", "from nself_cli.main import main; main()", "db", "sync")
OLD = "Table users {\n  id int [pk]\n}\n"
NEW = "Table users {\n  id int [pk]\n  name text\n}\n"


class Piped(io.StringIO):
    """A pipe that gives these bytes."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.buffer = io.BytesIO(content)  # type: ignore[misc]


@pytest.fixture
def shop(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a schema; nothing is piped in."""
    (project / "schema.dbml").write_bytes(OLD.encode())
    monkeypatch.setattr("sys.stdin", Piped(b""))
    return project


def schema(project: Path) -> bytes:
    return (project / "schema.dbml").read_bytes()


def sync(*args: str) -> int:
    return run(["db", "sync", *args])


def test_every_error_is_told_and_nothing_written(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the lines of the file that was given, not of the one that would be replaced."""
    (shop / "export.dbml").write_text("Table a {\n  id int [pkk]\n}\nTable b {\n  a_id int [ref: > a.nope]\n  id\n}\n")
    assert sync("export.dbml", "--yes") == 1
    out, err = capsys.readouterr()
    assert "export.dbml:2:" in err
    assert "export.dbml:6:" in err
    assert out.endswith("Nothing was written.\n")
    assert (schema(shop), states(shop)) == (OLD.encode(), ())


def test_the_difference_is_shown_and_a_yes_wanted(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In a script the flag is named, and nothing is done without it."""
    (shop / "export.dbml").write_text(NEW)
    assert sync("export.dbml") == 3
    err = capsys.readouterr().err
    assert "--- schema.dbml (now)\n+++ schema.dbml (new)\n" in err
    assert "+  name text\n" in err
    assert "To fix: say --yes" in err
    assert (schema(shop), states(shop)) == (OLD.encode(), ())


@pytest.mark.parametrize("args", [(), ("-",)])
def test_from_a_pipe(
    shop: Path, args: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """stdin is taken where it is no terminal, and for -; a byte order mark is no part of it."""
    monkeypatch.setattr("sys.stdin", Piped(b"\xef\xbb\xbf" + NEW.encode()))
    assert sync(*args, "--dry-run") == 0
    assert "+  name text" in capsys.readouterr().out
    assert schema(shop) == OLD.encode()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The stdin is empty"),
        (b" \n", "The stdin is empty"),
        (b"\xff\xfe", "Byte 0 is not UTF-8"),
        (b"Project p { database_type: 'PostgreSQL' }", "No table is defined in the stdin"),
        (b"// nothing", "No table is defined in the stdin"),
    ],
)
def test_what_is_no_schema(
    shop: Path, content: bytes, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An empty export would take all tables away: it is an error instead."""
    monkeypatch.setattr("sys.stdin", Piped(content))
    assert sync("--yes") == 2
    assert said in capsys.readouterr().err
    assert schema(shop) == OLD.encode()


def test_sql_is_no_dbml(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever exports SQL by mistake reads so."""
    (shop / "export.sql").write_text("create table users (id int);\n")
    assert sync("export.sql", "--yes") == 1
    assert "this file is DBML" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (OLD.replace("\n", "\r\n").encode(), NEW.replace("\n", "\r\n").encode()),
        (b"\xef\xbb\xbf" + OLD.encode(), b"\xef\xbb\xbf" + NEW.encode()),
        (OLD.encode(), NEW.encode()),
        (None, NEW.encode()),
    ],
)
def test_line_ends_are_those_of_the_file(shop: Path, before: bytes | None, after: bytes) -> None:
    """What is exported on one system does not change every line of a file from another."""
    from nself_cli.commands._schema_files import fitted

    for given in (NEW, NEW.replace("\n", "\r\n"), NEW.rstrip(), "\ufeff" + NEW):
        assert fitted(given, before or b"") == after


def test_directives_that_would_be_lost(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The diagram may have no comments: what they say to Hasura is named before it goes."""
    (shop / "schema.dbml").write_text("Table users {\n  id int\n  // hasura:permissions user:select[id]\n}\n")
    (shop / "export.dbml").write_text(NEW)
    assert sync("export.dbml") == 3
    assert "1 comment for Hasura (// hasura:…) would be lost" in capsys.readouterr().err


def test_the_diagram(shop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Its address is shown with where it stands, and opened with --open alone."""
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda url: opened.append(url) or True)
    (shop / "export.dbml").write_text(NEW)
    assert sync("export.dbml", "--open") == 2
    assert "DBDIAGRAM_URL is not set" in capsys.readouterr().err
    (shop / ".env.local").write_text("DBDIAGRAM_URL=https://dbdiagram.io/d/shop\n")
    assert sync("export.dbml", "--dry-run") == 0
    said = "Diagram: https://dbdiagram.io/d/shop (from DBDIAGRAM_URL in .env.local:1)"
    assert said in capsys.readouterr().err
    assert opened == []
    assert sync("export.dbml", "--dry-run", "--open") == 0
    assert opened == ["https://dbdiagram.io/d/shop"]
    (shop / ".env.local").write_text("DBDIAGRAM_URL=file:///etc/passwd\n")
    assert sync("export.dbml", "--dry-run", "--open") == 2
    assert len(opened) == 1


def test_for_programs(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--json is one document with the difference."""
    (shop / "export.dbml").write_text(NEW)
    assert sync("export.dbml", "--dry-run", "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["command"], document["data"]["written"]) == ("db sync", False)
    assert "+  name text" in document["data"]["diff"]


@pytest.mark.parametrize("end", [b".\n", b"\x04"])
def test_pasted_on_a_terminal(shop: Path, end: bytes) -> None:
    """A line with a dot ends the paste, or Ctrl-D; then the question follows, and a no leaves all as it is."""
    ended = on_a_terminal([*NSELF, "--no-open"], NEW.encode() + end + b"no\n", shop, until="Ctrl-D.")
    assert ended.code == 3, ended.shown
    assert "This will replace schema.dbml. Type yes to go on:" in ended.shown
    assert (schema(shop), states(shop)) == (OLD.encode(), ())
