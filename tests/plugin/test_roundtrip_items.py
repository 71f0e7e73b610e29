"""The check `roundtrip` as items and as a marker: one per migration, judged once, red for the right reason."""

from __future__ import annotations

import re

import pytest

from .conftest import Project

GOOD = """
-- UP
create table orders (id int primary key, note text);
-- DOWN
drop table orders;
"""
FAULTS = {
    "002_structure.sql": ("create table a (id int);", "select 1;", "table public.a is left behind", True),
    "003_security.sql": (
        "alter table users enable row level security;",
        "select 1;",
        "table public.users differs in rls: was False, is True",
        True,
    ),
    "004_fails.sql": (
        "create table b (id int, x int);",
        "drop table nosuch;",
        "The down of 004_fails fails: ERROR 42P01",
        True,
    ),
    "005_filled.sql": (
        "alter table users add column a int not null;",
        "alter table users drop column a;",
        "005_filled fails on filled tables: ERROR 23502",
        True,
    ),
    "006_blank.sql": ("create table c (id int);", "-- later", "006_blank has a down of nothing but comments", True),
    "007_unparsable.sql": ("create table d (id int);", "select 'x;", "007_unparsable cannot be sent", True),
    "008_again.sql": ("insert into users (name, a) values ('ada', 1);", "select 1;", "cannot be applied again", True),
    "009_order.sql": (
        "alter table b drop column id;",
        "alter table b add column id int;",
        "",
        False,
    ),
    "010_comment.sql": ("comment on table c is 'x';", "select 1;", "", False),
}


def write(project: Project, name: str) -> None:
    up, down, _, _ = FAULTS[name]
    project.file(f"migrations/{name}", f"-- UP\n{up}\n-- DOWN\n{down}\n")


@pytest.fixture
def shop(project: Project) -> Project:
    """A project whose two migrations are taken back as they were made."""
    project.file("pytest.ini", "[pytest]\nnself_checks = roundtrip\n")
    project.file("migrations/002_orders.sql", GOOD)
    return project


def outcomes(said: str) -> dict[str, str]:
    """The outcome of each item, from -vv."""
    return dict(re.findall(r"(?m)^(?:\[gw\d\] \[ *\d+%\] )?(nself::\S+) (PASSED|FAILED|SKIPPED)", said)) or {
        name: outcome for outcome, name in re.findall(r"(PASSED|FAILED|SKIPPED) (nself::\S+)", said)
    }


def test_a_project_without_faults(shop: Project) -> None:
    """An item for each migration, all green; collecting them starts no server."""
    said = shop.passes("-vv")
    assert outcomes(said) == {"nself::roundtrip[001_users]": "PASSED", "nself::roundtrip[002_orders]": "PASSED"}
    assert "checks: roundtrip 2 passed" in said
    listed = shop.passes("--collect-only", env={"NSELF_PROVIDER": "existing"})
    assert "nself::roundtrip[002_orders]" in listed


def test_each_fault_turns_its_own_item_red(shop: Project) -> None:
    """Faults of every class, on several workers: each item says what is wrong with its migration, and no other."""
    (shop.root / "migrations/002_orders.sql").unlink()
    for name in FAULTS:
        write(shop, name)
    said = shop.fails("-vv", "-n", "2", plugins=("xdist",))
    expected = {"nself::roundtrip[001_users]": "PASSED"}
    for name, (_, _, message, fails) in FAULTS.items():
        expected[f"nself::roundtrip[{name.removesuffix('.sql')}]"] = "FAILED" if fails else "PASSED"
        assert message in said
    assert outcomes(said) == expected
    assert re.search(r"migrations[/\\]004_fails\.sql:4:1", said)


def test_one_item_by_its_name(shop: Project) -> None:
    """An item can be named, and judges as in the whole run; a name that nothing has is an error."""
    write(shop, "004_fails.sql")
    said = shop.fails("nself::roundtrip[004_fails]")
    assert "1 failed" in said
    assert "passed" not in said.splitlines()[-1]
    assert "1 passed" in shop.passes("nself::roundtrip[002_orders]")
    assert "you may have meant 002_orders" in shop.run("nself::roundtrip[002_order]").stdout


def test_what_cannot_be_judged_is_skipped(shop: Project) -> None:
    """Behind a migration that cannot be applied nothing is green and nothing is red."""
    shop.file("migrations/003_again.sql", GOOD)
    shop.file("migrations/004_more.sql", "-- UP\ncreate table more (id int);\n-- DOWN\ndrop table more;\n")
    found = outcomes(shop.fails("-vv", "-rs"))
    assert found == {
        "nself::roundtrip[001_users]": "PASSED",
        "nself::roundtrip[002_orders]": "PASSED",
        "nself::roundtrip[003_again]": "FAILED",
        "nself::roundtrip[004_more]": "SKIPPED",
    }


def test_a_layout_without_downs_is_one_notice(project: Project) -> None:
    """Plain files are no faults: their items pass, and it is said once that nothing was judged."""
    project.file("pytest.ini", "[pytest]\nnself_checks = roundtrip\n")
    project.file("migrations/001_users.sql", "create table users (id int primary key);\n")
    project.file("migrations/002_more.sql", "create table more (id int primary key);\n")
    said = project.passes("-rA")
    assert said.count("2 migrations of") == 1
    assert "have no down" in said


def test_the_marker(shop: Project) -> None:
    """A marked test fails before its body if a down leaves a trace; with nself_migration, if its own does."""
    write(shop, "004_fails.sql")
    shop.file("pytest.ini", "[pytest]\n")
    shop.file(
        "test_it.py",
        "import pytest\n"
        "@pytest.mark.nself_roundtrip\ndef test_each(nself_migration): pass\n"
        "@pytest.mark.nself_roundtrip('001_users', '002_orders')\ndef test_named(): pass\n"
        "@pytest.mark.nself_roundtrip\ndef test_all(): pass\n",
    )
    said = shop.fails("-rA")
    assert "FAILED test_it.py::test_each[004_fails]" in said
    assert "PASSED test_it.py::test_each[001_users]" in said
    assert "PASSED test_it.py::test_named" in said
    assert "FAILED test_it.py::test_all" in said
    assert "3 passed" in said


def test_the_prelude_and_the_owner_are_those_of_the_tests(shop: Project) -> None:
    """What migrations find in the tests' template they find here: roles, schemas and extensions from outside."""
    shop.file(
        "pytest.ini", "[pytest]\nnself_checks = roundtrip\nnself_prelude = prelude.sql\nnself_owner_role = boss\n"
    )
    shop.file("prelude.sql", "create role app;\ncreate schema outside;\ngrant all on schema outside to boss;\n")
    shop.file(
        "migrations/003_uses.sql",
        "-- UP\ncreate table outside.t (id int);\ngrant select on outside.t to app;\n"
        "do $$ begin if current_user <> 'boss' then raise 'wrong'; end if; end $$;\n"
        "-- DOWN\ndrop table outside.t;\n",
    )
    shop.file("test_it.py", "def test_1(nself_db): pass\n")
    assert "4 passed" in shop.passes()
