"""`status --detect`: which of a pending migration's objects are in the database already."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from nself_cli.main import run
from pytest_nself.checks.detect import Detection, Standing, detect, findings_of
from pytest_nself.core.errors import MigrationError
from pytest_nself.core.finding import Severity
from pytest_nself.core.names import quote_identifier
from pytest_nself.database.database import EphemeralDatabase
from pytest_nself.migrations.layouts import read_migrations
from pytest_nself.sandbox.kept import TestProject
from pytest_nself.server.server import Server

Detect = Callable[..., Detection]
ALL, SOME, NONE, UNTOLD = Standing.ALL, Standing.SOME, Standing.NONE, Standing.UNTOLD


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of its own."""
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "migrations").mkdir()
    return tmp_path


def write(project: Path, ups: Mapping[str, str]) -> None:
    """Write migrations, the names without `.sql`."""
    for name, up in ups.items():
        (project / "migrations" / f"{name}.sql").write_text(f"-- UP\n{up}\n-- DOWN\nselect 1;\n", encoding="utf-8")


@pytest.fixture
def found(project: Path, scratch_database: EphemeralDatabase) -> Detect:
    """What is found of these migrations in a database in which the SQL `there` has run."""

    def look(there: str, ups: Mapping[str, str], *, without: tuple[int, ...] = ()) -> Detection:
        write(project, ups)
        migrations = read_migrations(project / "migrations")
        asked = {one.version for one in migrations} - set(without)
        with scratch_database.connect(autocommit=True) as connection:
            connection.execute(there.encode())
            return detect(connection, migrations, asked, project=TestProject.find(project))

    return look


def standings(detection: Detection) -> dict[str, Standing]:
    return {one.label: one.standing for one in detection.migrations}


def test_all_none_and_some(found: Detect, nself_server: Server) -> None:
    """Each migration is judged by its own objects; they are named, parts together with their table."""
    table = "create table a (id int primary key, name text not null default 'x'); create index a_name on a (name);"
    detection = found(
        f"{table} create table c (id int); create type mood as enum ('sad', 'glad'); create table other (id int)",
        {
            "1_all": table,
            "2_none": "create table b (id int primary key); comment on table b is 'b';",
            "3_some": "create table c (id int primary key); create view v as select id from c;",
            "4_enum": "create type mood as enum ('sad');",
            "5_label": "alter type mood add value 'glad';",
        },
    )
    assert standings(detection) == {"1_all": ALL, "2_none": NONE, "3_some": SOME, "4_enum": ALL, "5_label": ALL}
    by_label = {one.label: one for one in detection.migrations}
    assert by_label["1_all"].named(True) == ["table public.a"]
    assert by_label["2_none"].named(False) == ["table public.b"]
    assert by_label["3_some"].named(True) == ["table public.c"]
    assert by_label["3_some"].named(False) == [
        "view public.v",
        "constraint public.c.c_pkey",
        "column public.c.id (not null)",
    ]
    assert detection.server.startswith(f"PostgreSQL {nself_server.version // 10000}.")
    assert detection.notes == ()


def test_changed_attributes(found: Detect) -> None:
    """A change of what is there before is there where the attribute has its new value; any other value is not it."""
    detection = found(
        "create table a (x bigint, y smallint, z int); alter table a enable row level security",
        {
            "1_a": "create table a (x int, y int, z int, gone int);",
            "2_x": "alter table a alter x type bigint;",
            "3_y": "alter table a alter y type bigint;",
            "4_z": "alter table a alter z set not null;",
            "5_rls": "alter table a enable row level security;",
            "6_gone": "alter table a drop column gone;",
        },
        without=(1,),
    )
    assert standings(detection) == {"2_x": ALL, "3_y": NONE, "4_z": NONE, "5_rls": ALL, "6_gone": ALL}
    [wrong] = next(one for one in detection.migrations if one.label == "3_y").effects
    assert (str(wrong), wrong.wanted, wrong.has) == ("column public.a.y (type)", "bigint", "smallint")


def test_later_migrations_are_thought_of(found: Detect) -> None:
    """What a later migration has changed again counts as there; what it took back cannot be told either way."""
    ups = {
        "1_a": "create table a (id int, old int);",
        "2_change": "alter table a alter id type bigint;",
        "3_drop": "alter table a drop column old;",
        "4_short": "create table short (id int);",
        "5_gone": "drop table short;",
    }
    detection = found("create table a (id bigint)", ups)
    assert standings(detection) == {"1_a": ALL, "2_change": ALL, "3_drop": UNTOLD, "4_short": UNTOLD, "5_gone": UNTOLD}
    assert detection.migrations[3].reason == "a later migration takes back what it makes"


def test_nothing_of_it_is_there(found: Detect) -> None:
    """In an empty database nothing is there, also of what a later migration drops."""
    ups = {"1_a": "create table a (id int, old int);", "2_drop": "alter table a drop column old;"}
    detection = found("select 1", ups)
    assert standings(detection) == {"1_a": NONE, "2_drop": UNTOLD}


def test_rows_cannot_be_told(found: Detect) -> None:
    """A migration that only writes rows says so, one with objects too; one without either says that."""
    detection = found(
        "create table a (id int); create table b (id int)",
        {
            "1_a": "create table a (id int);",
            "2_rows": "insert into a values (1);",
            "3_both": "create table b (id int); insert into b values (1);",
            "4_setting": "set lock_timeout = 0;",
        },
    )
    assert standings(detection) == {"1_a": ALL, "2_rows": UNTOLD, "3_both": ALL, "4_setting": UNTOLD}
    assert [one.reason for one in detection.migrations if not one.told] == [
        "rows only",
        "it changes nothing in the schema",
    ]
    said = {str(one.subject): one for one in findings_of(detection)}
    assert said["2_rows"].severity is Severity.INFO
    assert "Of its rows nothing is known" in said["3_both"].message
    assert "Of its rows" not in said["1_a"].message


def test_owners_and_grants(found: Detect, nself_server: Server, scratch_database: EphemeralDatabase) -> None:
    """Whoever owns it, a grant is there or not. Roles that the database's server has are there for the replay."""
    role = f"{scratch_database.dsn.dbname}_app"
    quoted = quote_identifier(role)
    with nself_server.connect("template1") as connection:
        connection.execute(f"create role {quoted}".encode())
    try:
        detection = found(
            f"create table a (id int); alter table a owner to {quoted}; create table b (id int);"
            "grant select on b to public; create table c (id int)",
            {
                "1_a": "create table a (id int);",
                "2_b": f"create table b (id int); grant select on b to public; grant insert on a to {quoted};",
                "3_c": f"create table c (id int); grant select on c to {quoted};",
            },
        )
        assert standings(detection) == {"1_a": ALL, "2_b": ALL, "3_c": SOME}
        assert detection.migrations[2].named(False) == ["table public.c (acl)"]
    finally:
        with nself_server.connect("template1") as connection:
            connection.execute(f"drop owned by {quoted}; ".encode())
            with scratch_database.connect(autocommit=True) as inside:
                inside.execute(f"drop owned by {quoted} cascade".encode())
            connection.execute(f"drop role {quoted}".encode())


def test_a_migration_that_fails(found: Detect) -> None:
    """A folder that cannot be replayed is an error that names the migration, the place and the server's words."""
    with pytest.raises(MigrationError) as caught:
        found("select 1", {"1_a": "create table a (id int);", "2_b": "select 1;\nalter table nosuch add x int;"})
    assert "2_b fails on an empty server" in caught.value.problem
    assert 'relation "nosuch" does not exist' in caught.value.cause
    assert str(caught.value.place).endswith("2_b.sql:3:1")


def test_remedies(found: Detect) -> None:
    """From the first on a baseline records them; behind a gap, each is resolved; what is there in part is for hands."""
    detection = found(
        "create table a (id int); create table b (id int); create table d (id int); create table e (x int)",
        {f"{number}_{name}": f"create table {name} (id int);" for number, name in enumerate("abcde", 1)},
    )
    said = [(one.rule, str(one.subject), one.remedy, str(one.severity)) for one in findings_of(detection)]
    baseline = "record all up to it, without running them: nself db migrate baseline {}"
    assert said[:3] == [
        ("detect-all", "1_a", baseline.format(1), "warning"),
        ("detect-all", "2_b", baseline.format(2), "warning"),
        ("detect-all", "4_d", "nself db migrate resolve --migration 4 --applied", "warning"),
    ]
    assert said[3][:2] == ("detect-some", "5_e")
    assert "by hand" in said[3][2]
    assert all(one.place is not None for one in findings_of(detection))
    cut_off = findings_of(detection, half_way={1, 5})
    assert [one.remedy.split()[3] for one in cut_off if one.rule == "detect-all"] == ["resolve"] * 3
    assert cut_off[-1].remedy.endswith("or `up`, which goes on where it was cut off")
    assert said[3][2].endswith("or take away what is there, then `up`")


class TestCommand:
    """The command line over it."""

    def status(
        self, project: Path, database: EphemeralDatabase, *flags: str, monkeypatch: pytest.MonkeyPatch
    ) -> tuple[int, str]:
        monkeypatch.chdir(project)
        monkeypatch.setenv("DATABASE_URL", database.dsn.url())
        out = io.StringIO()
        monkeypatch.setattr("sys.stdout", out)
        code = run(["db", "migrate", "status", "--detect", *flags])
        return code, out.getvalue()

    def test_table_and_document(
        self, project: Path, scratch_database: EphemeralDatabase, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A column for a person, lists for a program, findings with their place; nothing is written."""
        write(
            project,
            {
                "1_a": "create table a (id int);",
                "2_b": "create table b (id int);",
                "3_c": "insert into a values (1);",
            },
        )
        with scratch_database.connect(autocommit=True) as connection:
            connection.execute(b"create table a (id int)")
        code, said = self.status(project, scratch_database, monkeypatch=monkeypatch)
        assert code == 0
        lines = said.splitlines()
        assert [line.split(None, 2) for line in lines[:3]] == [
            ["1_a", "pending", "all there"],
            ["2_b", "pending", "none there"],
            ["3_c", "pending", "rows only, cannot be told"],
        ]
        assert "The database itself was only read." in lines[-1]
        code, said = self.status(project, scratch_database, "--json", monkeypatch=monkeypatch)
        document: Any = json.loads(said)
        first, second, third = document["data"]["detected"]["migrations"]
        assert (first["standing"], second["standing"], third["standing"]) == ("all", "none", "untold")
        assert [one["object"] for one in first["there"]] == ["public.a", "public.a.id"]
        assert [one["object"] for one in second["not_there"]] == ["public.b", "public.b.id"]
        assert third["writes_rows"] is True
        found = [(one["rule"], one["severity"], Path(one["place"]).name) for one in document["findings"]]
        assert found == [("detect-all", "warning", "1_a.sql:2:1"), ("detect-untold", "info", "3_c.sql:2:1")]
        with scratch_database.connect(autocommit=True) as connection:
            query = b"select count(*) from pg_catalog.pg_class where relname like 'schema_migrations%'"
            assert connection.execute(query).fetchone() == (0,)

    def test_nothing_pending(
        self, project: Path, scratch_database: EphemeralDatabase, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Where nothing is pending no server is started."""
        monkeypatch.setenv("NSELF_PROVIDER", "existing")
        code, said = self.status(project, scratch_database, "--json", monkeypatch=monkeypatch)
        assert code == 0, said
        assert json.loads(said)["data"]["detected"] == {"server": None, "notes": [], "migrations": []}

    def test_half_way_beside_another_environment(
        self, project: Path, scratch_database: EphemeralDatabase, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What a run that was cut off has left is told, of the environment that is named."""
        text = "-- nself:no-transaction\n-- UP\ncreate table a (id int);\ncreate index concurrently a_i on a ({});\n"
        path = project / "migrations/1_a.sql"
        path.write_text(text.format("nosuch"), encoding="utf-8")
        (project / ".env.staging").write_text(f"DATABASE_URL={scratch_database.dsn.url()}\n", encoding="utf-8")
        (project / ".env").write_text("DATABASE_URL=postgresql://nobody@127.0.0.1:9/none\n", encoding="utf-8")
        monkeypatch.chdir(project)
        for name in os.environ:
            if name.startswith(("DATABASE_URL", "POSTGRES_", "PG")):
                monkeypatch.delenv(name)
        assert run(["db", "migrate", "up", "--env", "staging", "--yes"]) == 1
        path.write_text(text.format("id"), encoding="utf-8")
        out = io.StringIO()
        monkeypatch.setattr("sys.stdout", out)
        assert run(["db", "migrate", "status", "--detect", "--env", "staging"]) == 0
        assert "1_a, staging: some there\n" in out.getvalue()
