"""The check `seeds`: an item for each environment, red for what fails and for what a second run changes."""

from __future__ import annotations

import pytest

from .conftest import Project


@pytest.fixture
def shop(project: Project) -> Project:
    """A project with seeds for two environments, all of which can be run again."""
    project.file("pytest.ini", "[pytest]\nnself_checks = seeds\n")
    project.file("seeds/common/01_users.json", '[{"name": "ada"}]')
    project.file("seeds/dev/02_more.sql", "insert into users (name) values ('bob') on conflict (name) do nothing;")
    project.file("seeds/production/02_users.json", '[{"name": "${ADMIN}"}]')
    return project


def test_an_item_for_each_environment(shop: Project) -> None:
    """They are collected without a server, pass, and can be chosen; a secret that the run has not is stood in for."""
    said = shop.passes("--collect-only")
    assert "nself::seeds[dev]\nnself::seeds[production]\n" in said
    assert "2 passed" in shop.passes()
    assert "1 passed" in shop.passes("nself::seeds[dev]")


def test_what_is_wrong(shop: Project) -> None:
    """The second run's rows, a failing statement and a file that cannot be read, each with file and line."""
    shop.file("seeds/dev/02_more.sql", "insert into users (name) values ('bob') on conflict do nothing;\nselect 1;")
    shop.file("seeds/dev/03_log.sql", "update users set name = name || '!' where name like 'bob%';")
    said = shop.fails("nself::seeds[dev]")
    assert "dev/03_log.sql changes rows when it is run again" in said
    shop.file("seeds/dev/03_log.sql", "select 1;\ninsert into userz values (1);")
    said = shop.fails("nself::seeds[dev]")
    assert "seeds/dev/03_log.sql:2" in said
    assert 'relation "userz" does not exist' in said
    shop.file("seeds/dev/03_log.sql", "-- +seed:idempotnt\nselect 1;")
    assert "+seed:idempotnt is no header of seeds" in shop.fails("nself::seeds[dev]")


def test_production_takes_nothing_away(shop: Project) -> None:
    """What production would refuse is red before."""
    shop.file("seeds/production/03_clean.sql", "delete from users where name = 'eve';")
    said = shop.fails("nself::seeds[production]")
    assert "production/03_clean.sql takes rows away, which no seed does in production" in said


def test_the_marker(shop: Project) -> None:
    """A test that carries it fails before its body; an environment that has no seeds is an error."""
    shop.file("pytest.ini", "[pytest]\n")
    shop.file("test_it.py", "import pytest\n@pytest.mark.nself_seeds('dev')\ndef test_1():\n    pass\n")
    assert "1 passed" in shop.passes()
    shop.file("test_it.py", "import pytest\n@pytest.mark.nself_seeds('dve')\ndef test_1():\n    pass\n")
    assert "you may have meant dev" in shop.fails()
