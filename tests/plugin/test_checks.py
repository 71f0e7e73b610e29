"""Checks as items that nobody wrote: what is collected, what turns red for which fault, and what is told."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from pytest_nself.core.errors import ConfigError
from pytest_nself.core.finding import Finding, Severity
from pytest_nself.core.names import ObjectRef
from pytest_nself.core.place import Place
from pytest_nself.core.sql import ALONE, Sql
from pytest_nself.core.step import Statement
from pytest_nself.execute.files import write_files
from pytest_nself.migrations.layouts import read_migrations
from pytest_nself.migrations.sums import plan_sums
from pytest_nself.plugin.checks.carried import packed, unpacked
from pytest_nself.plugin.checks.kinds import kind, kind_names
from pytest_nself.plugin.checks.places import table_places
from pytest_nself.plugin.checks.subjects import tables_named
from pytest_nself.plugin.options import MARKERS

from .conftest import Project

ORDERS = """
-- UP
create table orders (
    id bigint generated always as identity primary key,
    tenant_id uuid not null,
    user_id bigint not null references users
);
create index on orders (user_id);
alter table orders enable row level security;
alter table orders force row level security;
create policy own_orders on orders
    using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
-- DOWN
drop table orders;
"""
ALL = "[pytest]\nnself_checks = checksums fk_index rls\n"
ITEMS = [
    "nself::checksums",
    "nself::fk_index[public.orders]",
    "nself::fk_index[public.users]",
    "nself::rls[public.orders]",
    "nself::rls[public.users]",
]


@pytest.fixture
def shop(project: Project) -> Project:
    """A project without a fault: two tables, and a test."""
    project.file("migrations/002_orders.sql", ORDERS)
    project.file("pytest.ini", ALL)
    project.file("test_it.py", "def test_1(nself_db): pass\ndef test_2(): pass\n")
    record(project)
    return project


def record(project: Project) -> None:
    """Record the migrations as they are in nself.sum."""
    folder = project.root / "migrations"
    write_files(plan_sums(folder, read_migrations(folder)))


def without_index(project: Project) -> None:
    """Plant a foreign key without an index."""
    project.file("migrations/002_orders.sql", ORDERS.replace("create index on orders (user_id);\n", ""))
    (project.root / "migrations/nself.sum").unlink()
    record(project)


def without_rls(project: Project) -> None:
    """Plant a tenant's table without row-level security."""
    text = re.sub(r"alter table.*?;\n|create policy.*?;\n", "", ORDERS, flags=re.DOTALL)
    project.file("migrations/002_orders.sql", text)
    (project.root / "migrations/nself.sum").unlink()
    record(project)


def edited(project: Project) -> None:
    """Edit a migration that is recorded."""
    project.file(
        "migrations/002_orders.sql", ORDERS.replace("-- DOWN", "create table more (id int primary key);\n-- DOWN")
    )


def unseen(project: Project) -> None:
    """Make the project's template one that no run has built before."""
    project.file("migrations/003_unseen.sql", f"create table unseen (id int primary key); -- {secrets.token_hex(8)}\n")
    record(project)


def collected(project: Project, *args: str, plugins: tuple[str, ...] = (), **env: str) -> list[str]:
    """The ids of what a run would run."""
    said = project.passes("--collect-only", *args, plugins=plugins, env=env)
    return [line for line in said.splitlines() if "::" in line]


def outcomes(said: str) -> dict[str, str]:
    """The outcome of each item that a verbose run tells, by its id."""
    found = re.findall(
        r"^(?:\[gw\d\] \[ *\d+%\] )?(?:(PASSED|FAILED) )?(nself::\S+)(?: (PASSED|FAILED))?", said, re.MULTILINE
    )
    return {name: one or other for one, name, other in found if one or other}


class TestFaults:
    """A fault of each class turns its own item red, and nothing else."""

    def test_without_a_fault_all_pass(self, shop: Project) -> None:
        """Each table has an item of each kind; all are green, and the summary counts them."""
        said = shop.passes("-vv")
        assert outcomes(said) == dict.fromkeys(ITEMS, "PASSED")
        assert "checks: checksums 1 passed; fk_index 2 passed; rls 2 passed" in said

    @pytest.mark.parametrize(
        ("plant", "item", "says"),
        [
            (edited, "nself::checksums", r"002_orders\.sql was edited after it was recorded in nself\.sum"),
            (without_index, "nself::fk_index[public.orders]", r"orders_user_id_fkey of public\.orders has no index"),
            (without_rls, "nself::rls[public.orders]", r"public\.orders has the column tenant_id"),
        ],
    )
    def test_a_fault(self, shop: Project, plant: Callable[[Project], None], item: str, says: str) -> None:
        """The item says what is wrong, where and what to do about it, and shows no code of ours or of pytest."""
        plant(shop)
        said = shop.fails("-vv")
        assert [name for name, outcome in outcomes(said).items() if outcome == "FAILED"] == [item]
        shown = said.partition("FAILURES")[2].partition(" nself -")[0]
        assert re.search(says, shown)
        assert re.search(r"^  migrations/002_orders\.sql(:\d+:\d+)?$", shown, re.MULTILINE)
        assert "To fix: " in shown
        assert "Traceback" not in shown
        assert not re.search(r"\.py", shown)
        assert re.search(rf"^FAILED {re.escape(item)} - Failed: .*\w", said, re.MULTILINE)

    def test_the_fix_is_shown(self, shop: Project) -> None:
        """The SQL that mends it can be copied from the failure."""
        without_index(shop)
        assert 'on "public"."orders" ("user_id")' in shop.fails("nself::fk_index")

    def test_the_fault_of_a_view_of_nothing(self, shop: Project) -> None:
        """A project without nself.sum has nothing to compare with: that is said, not passed over."""
        (shop.root / "migrations/nself.sum").unlink()
        assert "There is no nself.sum beside the migrations" in shop.fails("nself::checksums")

    def test_a_broken_migration(self, shop: Project) -> None:
        """Where the template cannot be built each kind says why, and tests without a database run."""
        shop.file("migrations/003_broken.sql", "create tabel b (id int);\n")
        said = shop.run("-vv").stdout
        assert "003_broken.sql:1:8" in said
        assert outcomes(said)["nself::rls[*]"] == outcomes(said)["nself::fk_index[*]"] == "FAILED"
        assert "test_it.py::test_2 PASSED" in said

    def test_a_folder_with_errors(self, shop: Project) -> None:
        """A folder that cannot be read is what the check of its checksums says."""
        shop.file("migrations/002_again.sql", "select 1;\n")
        assert "002_again.sql" in shop.fails("nself::checksums")

    def test_no_folder(self, project: Project) -> None:
        """Checksums of a project without migrations are a question without an answer, and fail."""
        (project.root / "migrations/001_users.sql").unlink()
        (project.root / "migrations").rmdir()
        assert "There is no folder of migrations to check." in project.fails("nself::checksums")


class TestCollection:
    """Which items there are."""

    def test_items_are_named_without_a_server(self, shop: Project, tmp_path: Path) -> None:
        """Before the first run tables are not known: `*` stands for them, and nothing is started."""
        env = {"NSELF_CACHE": str(tmp_path / "cache")}
        tests = ["test_it.py::test_1", "test_it.py::test_2"]
        assert collected(shop, **env) == [*tests, "nself::checksums", "nself::fk_index[*]", "nself::rls[*]"]
        assert "nself::rls[*]" in shop.passes("--setup-plan", env=env)
        assert not (tmp_path / "cache").exists()
        shop.passes(env=env)
        assert collected(shop, **env) == [*tests, *ITEMS]

    def test_a_change_of_the_migrations_is_seen(self, shop: Project) -> None:
        """The list belongs to the migrations that made it."""
        shop.passes()
        unseen(shop)
        assert "nself::rls[*]" in collected(shop)
        assert outcomes(shop.passes("-vv"))["nself::rls[public.unseen]"] == "PASSED"

    def test_selection(self, shop: Project) -> None:
        """Checks are chosen as tests are; naming tests leaves them out, as it leaves out what testpaths names."""
        shop.passes("nself::rls")
        cases: dict[tuple[str, ...], list[str]] = {
            ("nself::rls[public.orders]",): ["nself::rls[public.orders]"],
            ("nself::rls",): ITEMS[3:],
            ("nself::rls[*]",): ITEMS[3:],
            ("nself::checksums", "nself::fk_index[public.users]"): ["nself::checksums", ITEMS[2]],
            ("-k", "orders and rls"): ["nself::rls[public.orders]"],
            ("-m", "nself_fk_index"): ITEMS[1:3],
            ("-k", "nself", "--deselect", "nself::rls"): ITEMS[:3],
            ("-k", "nself", "--deselect", "nself::rls[public.orders]"): [*ITEMS[:3], ITEMS[4]],
            ("test_it.py",): [],
            ("test_it.py", "--nself-checks=checksums"): ["nself::checksums"],
            ("--nself-checks=rls,checksums",): [*ITEMS[3:], "nself::checksums"],
            ("--nself-checks=",): [],
            (".",): ITEMS,
        }
        found = {
            arguments: [one for one in collected(shop, *arguments) if one.startswith("nself::")] for arguments in cases
        }
        assert found == cases

    def test_items_that_are_named_run(self, shop: Project) -> None:
        """A named check runs alone, also in a project that has no setting, and from another folder."""
        shop.file("pytest.ini", "[pytest]\n")
        said = shop.passes("nself::rls[public.orders]", "-vv")
        assert outcomes(said) == {"nself::rls[public.orders]": "PASSED"}
        assert "1 passed" in said
        below = Project(shop.root / "test_below")
        below.file("nself/readme.txt", "A folder that is called like our items.\n")
        said = below.passes("../nself::rls[public.orders]", "-vv")
        assert "1 passed" in said
        assert "../nself::rls[public.orders] PASSED" in said
        assert "1 passed" in below.passes("nself::rls[public.orders]")

    def test_folders_of_tests(self, shop: Project) -> None:
        """A folder that holds all that is collected leaves nothing out; for another one the summary says so."""
        shop.file("tests/test_more.py", "def test_1(): pass\n")
        said = shop.passes("tests")
        assert "checks left out, since the command line names tests: checksums, fk_index, rls" in said
        shop.file("pytest.ini", ALL + "testpaths = tests\n")
        assert "checks: checksums 1 passed" in shop.passes("tests")

    @pytest.mark.parametrize(
        ("arguments", "says"),
        [
            (["--nself-checks=rsl"], "--nself-checks: there is no check 'rsl'.*you may have meant rls"),
            (["nself::fkindex"], "there is no check 'fkindex'.*you may have meant fk_index"),
            (["nself::rls[public.ordrs]"], r"not found: nself::rls\[public.ordrs\].*you may have meant public.orders"),
        ],
    )
    def test_unknown_names(self, shop: Project, arguments: list[str], says: str) -> None:
        """What there is not is an error that names what was meant, never a run of nothing."""
        result = shop.run(*arguments)
        assert result.returncode in (2, 4)
        assert re.search(says, result.stdout, re.DOTALL)
        assert "Traceback" not in result.stdout

    def test_a_native_list(self, shop: Project) -> None:
        """In `[tool.pytest]` the setting is a list."""
        (shop.root / "pytest.ini").unlink()
        shop.file("pyproject.toml", '[tool.pytest]\nnself_checks = ["checksums", "rls"]\n')
        assert {"nself::checksums", "nself::rls[public.users]"} <= set(outcomes(shop.passes("-vv")))
        shop.file("pyproject.toml", '[tool.pytest.ini_options]\nnself_checks = "checksums rls"\n')
        assert {"nself::checksums", "nself::rls[public.users]"} <= set(outcomes(shop.passes("-vv")))

    def test_last_failed(self, shop: Project) -> None:
        """--lf runs the check that failed and no other; once mended, everything runs again."""
        good = (shop.root / "migrations/002_orders.sql").read_text()
        without_index(shop)
        cached = ("-p", "cacheprovider", "-o", "cache_dir=.cache")
        shop.fails(*cached)
        said = shop.fails(*cached, "--lf", "-vv")
        assert outcomes(said) == {"nself::fk_index[public.orders]": "FAILED"}
        assert "1 failed, 6 deselected" in said
        shop.file("migrations/002_orders.sql", good)
        (shop.root / "migrations/nself.sum").unlink()
        record(shop)
        assert outcomes(shop.passes(*cached, "--lf", "-vv")) == {"nself::fk_index[public.orders]": "PASSED"}

    def test_a_list_that_lies(self, shop: Project) -> None:
        """A recipe that makes other tables than last time, from the same inputs, is told; then it has its items."""
        (shop.root / "pytest.ini").unlink()
        shop.file("inputs.txt", secrets.token_hex(8))
        recipe = """
            import os, psycopg
            def make(url):
                with psycopg.connect(url) as connection:
                    for name in open("tables.txt").read().split():
                        connection.execute(f"create table {name} (id int primary key)")
            """
        shop.file("recipe.py", recipe)
        shop.file(
            "pyproject.toml",
            """
            [tool.pytest]
            nself_checks = ["rls"]
            pythonpath = ["."]
            [tool.nself.recipe]
            callable = "recipe:make"
            inputs = ["inputs.txt"]
            """,
        )
        shop.file("tables.txt", "one\n")
        assert outcomes(shop.passes("-vv")) == {"nself::rls[public.one]": "PASSED"}
        shop.file("tables.txt", "one\ntwo\n")
        shop.file("prelude.sql", f"-- {secrets.token_hex(8)}\n")  # built anew, from what the list does not know of
        data = shop.root / "other-cache"
        tables = data / "tables"
        tables.mkdir(parents=True)
        for path in self._lists(shop):
            (tables / path.name).write_text(path.read_text())
        said = shop.fails(env={"NSELF_CACHE": str(data)})
        assert "The tables are not those that the checks were collected for." in said
        assert "new: public.two" in said
        said = shop.passes("-vv", env={"NSELF_CACHE": str(data)})
        assert set(outcomes(said)) == {"nself::rls[public.one]", "nself::rls[public.two]"}

    def _lists(self, project: Project) -> list[Path]:
        """The lists of tables that name this project's one table."""
        from pytest_nself.server.cache import cache_root

        found = (cache_root(None) / "tables").glob("*.json")
        return [path for path in found if json.loads(path.read_text()) == ["public.one"]]


class TestTogether:
    """Other plugins, and several processes."""

    @pytest.mark.parametrize("dist", ["load", "loadfile", "worksteal"])
    def test_workers_collect_the_same(self, shop: Project, dist: str) -> None:
        """Two workers agree on the items of a template that none has seen; faults are told once."""
        without_index(shop)
        unseen(shop)
        said = shop.fails("-n", "2", "--dist", dist, "-vv", plugins=("xdist",))
        found = outcomes(said)
        assert set(found) == {*ITEMS, "nself::fk_index[public.unseen]", "nself::rls[public.unseen]"}
        assert [name for name, outcome in found.items() if outcome == "FAILED"] == ["nself::fk_index[public.orders]"]
        assert "checks: checksums 1 passed; fk_index 2 passed, 1 failed; rls 3 passed" in said

    def test_workers_and_a_named_item(self, shop: Project) -> None:
        """Arguments that name checks reach the workers; so does the word that there is no such one."""
        assert "1 passed" in shop.passes("-n", "2", "nself::rls[public.orders]", plugins=("xdist",))
        result = shop.run("-n", "2", "nself::rls[public.ordrs]", plugins=("xdist",))
        assert result.returncode != 0
        assert "not found: nself::rls[public.ordrs]" in result.stdout

    def test_any_order(self, shop: Project) -> None:
        """pytest-randomly shuffles checks with the tests, also in workers."""
        for seed in ("1", "2"):
            assert "7 passed" in shop.passes("--randomly-seed", seed, plugins=("pytest_randomly",))
        assert "7 passed" in shop.passes("-n", "2", plugins=("xdist", "pytest_randomly"))

    def test_on_a_server_of_the_users(self, shop: Project) -> None:
        """Rules are asked with the rights to see everything, whoever the tests run as."""
        without_index(shop)
        shop.file("pytest.ini", ALL + "nself_role = app\nnself_owner_role = owner\n")
        said = shop.fails("-vv")
        assert [name for name, outcome in outcomes(said).items() if outcome == "FAILED"] == [ITEMS[1]]


class TestReports:
    """What is written for others."""

    def test_junit(self, shop: Project) -> None:
        """JUnit's file holds the finding's sentence, at the item's name."""
        without_index(shop)
        shop.fails("--junitxml=junit.xml")
        cases = ElementTree.parse(shop.root / "junit.xml").getroot().iter("testcase")
        failed = {case.get("name"): failure.text for case in cases for failure in case.iter("failure")}
        assert list(failed) == ["fk_index[public.orders]"]
        assert "orders_user_id_fkey of public.orders has no index" in str(failed["fk_index[public.orders]"])

    @pytest.mark.parametrize("workers", [(), ("-n", "2")])
    def test_sarif(self, shop: Project, workers: tuple[str, ...]) -> None:
        """SARIF holds each finding once, with file and line, also when workers found it; without any it is empty."""
        plugins = ("xdist",) if workers else ()
        shop.passes("--nself-sarif=out/nself.sarif", *workers, plugins=plugins)
        assert self._results(shop) == []
        without_index(shop)
        edited_too = shop.root / "migrations/001_users.sql"
        edited_too.write_text(edited_too.read_text().replace("name text", "name  text"))
        shop.file("test_mark.py", "import pytest\n@pytest.mark.nself_fk_index\ndef test_1(): pass\n")
        shop.fails("--nself-sarif=out/nself.sarif", *workers, plugins=plugins)
        results = self._results(shop)
        assert sorted(one["ruleId"] for one in results) == ["fk-without-index", "migration-sum-edited"]
        [found] = [one for one in results if one["ruleId"] == "fk-without-index"]
        [location] = found["locations"]
        assert location["physicalLocation"]["artifactLocation"]["uri"] == "migrations/002_orders.sql"
        assert location["physicalLocation"]["region"]["startLine"] == 2

    def _results(self, project: Project) -> list[dict[str, object]]:
        document = json.loads((project.root / "out/nself.sarif").read_text())
        [run] = document["runs"]
        results: list[dict[str, object]] = run["results"]
        return results

    def test_github(self, shop: Project) -> None:
        """In GitHub Actions findings are annotations at file and line, unless the setting says no."""
        without_index(shop)
        pattern = r"^::warning .*file=migrations/002_orders\.sql,line=2\b.*::The foreign key orders_user_id_fkey"
        assert not re.search(pattern, shop.fails(), re.MULTILINE)
        said = shop.fails(env={"GITHUB_ACTIONS": "true"})
        assert len(re.findall(pattern, said, re.MULTILINE)) == 1
        assert re.search(pattern, shop.fails("-o", "nself_github=true"), re.MULTILINE)
        assert not re.search(
            pattern, shop.fails("-o", "nself_github=false", env={"GITHUB_ACTIONS": "true"}), re.MULTILINE
        )


class TestBaseline:
    """What a project lives with for now."""

    ENTRY = '[[accepted]]\nkey = "fk-without-index:public.orders.orders_user_id_fkey"\nreason = "few"\nuntil = {}\n'

    def test_accepted_until_a_day(self, shop: Project) -> None:
        """An accepted finding fails nothing until its day is past; then it does, and the entry is told of too."""
        without_index(shop)
        shop.file("nself-baseline.toml", self.ENTRY.format("2999-01-01"))
        shop.file("test_audit.py", "def test_1(nself_audit): nself_audit(groups=['fk_index']).assert_none()\n")
        shop.passes()
        shop.file("nself-baseline.toml", self.ENTRY.format("2020-01-01"))
        said = shop.fails("-vv")
        assert outcomes(said)["nself::fk_index[public.orders]"] == "FAILED"
        assert outcomes(said)["nself::fk_index[public.users]"] == "PASSED"
        assert "until 2020-01-01: few" in said

    def test_its_place_is_a_setting(self, shop: Project) -> None:
        """nself_baseline names another file; one that is not there is an error."""
        without_index(shop)
        shop.file("ci/accepted.toml", self.ENTRY.format("2999-01-01"))
        shop.passes("-o", "nself_baseline=ci/accepted.toml")
        assert "The baseline cannot be read." in shop.fails("-o", "nself_baseline=ci/acepted.toml")


class TestParts:
    """What needs no run of pytest."""

    def test_where_tables_are_made(self, tmp_path: Path) -> None:
        """The newest `create table` of each table counts, under the name that the table has at the end."""
        (tmp_path / "001_a.sql").write_text(
            "-- UP\n-- A comment.\ncreate table a (id int);\n"
            'create unlogged table if not exists shop."B c" (id int); select 1;\n'
            "CREATE TABLE D(id int);\n-- DOWN\ndrop table a;\n"
        )
        (tmp_path / "002_b.sql").write_text(
            "drop table a;\n\ncreate table public.a (id int);\nalter table only d rename to e;\n"
            "alter table e add f int; create view v as select 1;\n"
        )
        places = table_places(read_migrations(tmp_path))
        found = {name: (Path(place.path).name, place.line) for name, place in places.items()}
        assert found == {
            "public.a": ("002_b.sql", 3),
            "shop.B c": ("001_a.sql", 4),
            "public.e": ("001_a.sql", 5),
        }

    def test_findings_survive_their_way(self) -> None:
        """A finding that went through JSON is the one that was sent, but for steps that are no statements."""
        finding = Finding(
            "some-rule",
            Severity.WARNING,
            ObjectRef("constraint", "public", "a", "key"),
            "Something.",
            "mend it",
            (Statement("mend", Sql("create index concurrently on a (b)", ALONE)),),
            Place("a.sql", 3, 4),
            {"columns": ["a", "b"], "size": 3, "none": None},
        )
        assert unpacked(json.loads(json.dumps(packed(finding)))) == finding
        bare = Finding("some-rule", Severity.INFO, ObjectRef("role", None, "a"), "Something.")
        assert unpacked(json.loads(json.dumps(packed(bare)))) == bare

    def test_names_of_tables(self) -> None:
        """A bare name is any schema's table; a qualified one is itself; others are errors."""
        known = ("public.a", "public.b", "shop.a")
        assert tables_named(["a"], known) == ("public.a", "shop.a")
        assert tables_named(["shop.a", "a", "public.b"], known) == ("shop.a", "public.a", "public.b")
        with pytest.raises(ConfigError, match=r"There is no table 'shop\.b'"):
            tables_named(["shop.b"], known)
        with pytest.raises(ConfigError, match="There are none"):
            tables_named(["a"], ())

    def test_every_kind_is_whole(self) -> None:
        """Each module of the folder offers what a kind must, and has a marker that is registered."""
        for name in kind_names():
            module = kind(name, "here")
            assert module.ABOUT in ("table", "migration", "environment", "fixture set")
            assert module.FAILS_FROM in tuple(Severity)
            assert callable(module.subjects)
            assert callable(module.check)
            assert any(marker.startswith(f"nself_{name}(") for marker in MARKERS)
