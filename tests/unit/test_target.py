"""Which database an environment has."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_nself.core.errors import ConfigError
from pytest_nself.project.connection import find_connection
from pytest_nself.project.env_files import Sources
from pytest_nself.project.target import find_root, resolve_target


def _files(root: Path, **files: str) -> Path:
    for name, text in files.items():
        (root / ("." + name.replace("_", "."))).write_text(text)
    return root


def test_env_files_in_their_order(tmp_path: Path) -> None:
    """.env.<env>.local over .env.local (dev only) over .env.<env> over .env; empty values count as not given."""
    _files(
        tmp_path,
        env="POSTGRES_HOST=base\nPOSTGRES_USER=u\nPOSTGRES_DB=d\nPOSTGRES_PASSWORD=a$b#c\nDATABASE_URL=\n",
        env_local="POSTGRES_DB=mine\n",
        env_staging="POSTGRES_HOST=stage\n",
        env_staging_local="POSTGRES_PORT=6000\n",
    )
    dev = resolve_target(tmp_path, process={})
    assert str(dev.dsn) == "postgresql://u:***@base:5432/mine"
    assert dev.dsn.password == "a$b#c"
    staging = resolve_target(tmp_path, env="staging", process={})
    assert str(staging.dsn) == "postgresql://u:***@stage:6000/d"


def test_the_highest_family_decides(tmp_path: Path) -> None:
    """--dsn over DATABASE_URL over POSTGRES_URL over POSTGRES_* over PG*, wherever they stand."""
    process = {"PGDATABASE": "e", "POSTGRES_DB": "d", "POSTGRES_URL": "postgres://h/c"}
    _files(tmp_path, env="DATABASE_URL=postgresql://h/x\n")
    assert resolve_target(tmp_path, dsn="postgresql://h/a", process=process).dsn.dbname == "a"
    assert resolve_target(tmp_path, process={**process, "DATABASE_URL": "postgres://h/b"}).dsn.dbname == "b"
    assert resolve_target(tmp_path, process=process).dsn.dbname == "c"
    del process["POSTGRES_URL"]
    assert resolve_target(tmp_path, process=process).dsn.dbname == "x"
    (tmp_path / ".env").unlink()
    target = resolve_target(tmp_path, process=process)
    assert (target.dsn.dbname, target.origin) == ("d", "POSTGRES_* in the process environment")


def test_a_family_is_not_mixed(tmp_path: Path) -> None:
    """The process environment's POSTGRES_* are not completed from a file: that would be a third database."""
    _files(tmp_path, env="POSTGRES_DB=files\nPOSTGRES_PASSWORD=hush\n")
    dsn = resolve_target(tmp_path, process={"POSTGRES_HOST": "h"}).dsn
    assert (dsn.host, dsn.dbname, dsn.password) == ("h", "postgres", "")


def test_what_is_left_aside_is_said(tmp_path: Path) -> None:
    """A password in the process environment makes it the one place; a host in a file is not used, and it is said."""
    _files(tmp_path, env="# mine\nPOSTGRES_HOST=files\n")
    target = resolve_target(tmp_path, process={"POSTGRES_PASSWORD": "hush"})
    assert target.dsn.host == "localhost"
    (note,) = target.notes
    assert note.startswith("POSTGRES_HOST in .env:2 is not used")
    assert resolve_target(tmp_path, process={"POSTGRES_HOST": "h"}).notes == ()


def test_a_stronger_place_of_a_lower_family_is_told_of(tmp_path: Path) -> None:
    """DATABASE_URL of .env decides over POSTGRES_* of .env.production, since families come first; it is said."""
    _files(
        tmp_path,
        env="DATABASE_URL=postgresql://h/base\nPGHOST=weaker\n",
        env_production="POSTGRES_HOST=prod\nPOSTGRES_DB=shop\n",
    )
    target = resolve_target(tmp_path, env="production", process={"PGDATABASE": "x"})
    assert target.dsn.dbname == "base"
    assert target.notes == (
        "POSTGRES_HOST in .env.production:1, POSTGRES_DB in .env.production:2, PGDATABASE in the process environment"
        " is not used: DATABASE_URL in .env:1 decides.",
    )
    assert resolve_target(tmp_path, process={}).notes == ()


def test_the_test_environment_has_its_own_url(tmp_path: Path) -> None:
    """DATABASE_URL_TEST replaces DATABASE_URL in the environment test, and nowhere else; also from a file."""
    process = {"DATABASE_URL": "postgres://h/a", "DATABASE_URL_TEST": "postgres://h/t"}
    assert resolve_target(tmp_path, env="test", process=process).dsn.dbname == "t"
    assert resolve_target(tmp_path, process=process).dsn.dbname == "a"
    _files(tmp_path, env_test="DATABASE_URL_TEST=postgres://h/f\nDATABASE_URL_DIRECT=postgres://h/no\n")
    del process["DATABASE_URL_TEST"]
    assert resolve_target(tmp_path, env="test", process=process, direct=True).dsn.dbname == "f"


def test_the_direct_url(tmp_path: Path) -> None:
    """Migrations go past the pool; the address comes from the same source as the pool's."""
    _files(tmp_path, env="DATABASE_URL=postgres://pool/a\nDATABASE_URL_DIRECT=postgres://direct/a\n")
    assert resolve_target(tmp_path, process={}).dsn.host == "pool"
    target = resolve_target(tmp_path, process={}, direct=True)
    assert (target.dsn.host, target.origin) == ("direct", "DATABASE_URL_DIRECT in .env:2")
    process = {"DATABASE_URL": "postgres://other/b"}
    assert resolve_target(tmp_path, process=process, direct=True).dsn.host == "other"
    process["DATABASE_URL_DIRECT"] = "postgres://otherdirect/b"
    assert resolve_target(tmp_path, process=process, direct=True).dsn.host == "otherdirect"
    assert resolve_target(tmp_path, process=process, direct=True, dsn="postgres://given/c").dsn.host == "given"


def test_a_direct_url_of_a_weaker_file_is_not_used(tmp_path: Path) -> None:
    """Who replaces DATABASE_URL in .env.local means that database for migrations too; it is said."""
    _files(
        tmp_path,
        env="DATABASE_URL=postgres://pool/a\nDATABASE_URL_DIRECT=postgres://direct/a\n",
        env_local="DATABASE_URL=postgres://localhost/mine\n",
    )
    target = resolve_target(tmp_path, process={}, direct=True)
    assert (target.dsn.dbname, target.origin) == ("mine", "DATABASE_URL in .env.local:1")
    assert "DATABASE_URL_DIRECT in .env:2 is not used" in target.notes[0]


@pytest.mark.parametrize(
    ("query", "options", "noted"),
    [
        ("sslmode=verify-full&application_name=x", {"sslmode": "verify-full", "application_name": "x"}, ""),
        (
            "schema=app&connection_limit=5&pgbouncer=true&sslmode=require",
            {"sslmode": "require"},
            "schema, connection_limit, pgbouncer",
        ),
        ("ssl=true", {"sslmode": "require"}, ""),
        ("ssl=no-verify", {}, "ssl"),
        ("channel_binding=require&sslrootcert=/a%20b", {"channel_binding": "require", "sslrootcert": "/a b"}, ""),
    ],
)
def test_options_of_a_url(tmp_path: Path, query: str, options: dict[str, str], noted: str) -> None:
    """What libpq knows is kept; what only an ORM knows is left out, and said."""
    target = resolve_target(tmp_path, process={"DATABASE_URL": f"postgresql://u:p@h/d?{query}"})
    assert dict(target.dsn.options) == options
    assert ("".join(target.notes) != "") is (noted != "")
    if noted:
        assert f"DATABASE_URL in the process environment: {noted} means nothing" in target.notes[0]


def test_every_option_that_libpq_has_is_known() -> None:
    """The installed libpq knows no option, and no variable, that we would drop."""
    from psycopg import pq

    from pytest_nself.project.libpq import OPTIONS, VARIABLES

    theirs = {one.keyword.decode(): one.envvar and one.envvar.decode() for one in pq.Conninfo.get_defaults()}
    assert set(theirs) <= OPTIONS
    assert {name: variable for name, variable in theirs.items() if variable}.items() <= VARIABLES.items()


@pytest.mark.parametrize(
    ("process", "said"),
    [
        ({"DATABASE_URL": "postgresql://h/d?sslmod=require"}, "you may have meant sslmode"),
        ({"DATABASE_URL": "postgresql://h/d?sslmode=requir"}, "verify-full"),
        ({"POSTGRES_DB": "d", "POSTGRES_SSLMODE": "on"}, "It comes from POSTGRES_*"),
        ({"POSTGRES_PORT": "65536"}, "1 to 65535"),
        ({"POSTGRES_PORT": "5432x"}, "POSTGRES_* in the process environment"),
        ({"POSTGRES_HOST": "h", "PGHOSTADDR": "10.0.0.1"}, "unset PGHOSTADDR"),
        ({"DATABASE_URL": "host=h dbname='hush"}, "DATABASE_URL in the process environment is no connection string"),
        ({"PGSERVICE": "nobody-has-this"}, "There is no service 'nobody-has-this'"),
    ],
)
def test_wrong_connections(tmp_path: Path, process: dict[str, str], said: str) -> None:
    """A slip is an error that names its origin, not a connection with less than was asked for."""
    with pytest.raises(ConfigError) as caught:
        resolve_target(tmp_path, process=process)
    assert said in str(caught.value)
    assert "hush" not in str(caught.value)


def test_sslmode_of_the_family_is_kept(tmp_path: Path) -> None:
    """POSTGRES_SSLMODE reaches the server as sslmode does."""
    _files(tmp_path, env="POSTGRES_HOST=h\nPOSTGRES_SSLMODE=verify-ca\n")
    assert dict(resolve_target(tmp_path, process={}).dsn.options) == {"sslmode": "verify-ca"}


def test_a_connection_string(tmp_path: Path) -> None:
    """--dsn takes what psql takes: host=… dbname=…, quotes and blanks included."""
    dsn = resolve_target(tmp_path, dsn="host=h port=5433 dbname='a b' user=me password='x\\'y=z'", process={})
    assert (dsn.dsn.host, dsn.dsn.port, dsn.dsn.dbname, dsn.origin) == ("h", 5433, "a b", "--dsn")
    assert resolve_target(tmp_path, dsn="host=h dbname=d sslmode=require", process={}).dsn.options == {
        "sslmode": "require"
    }


@pytest.mark.parametrize("where", ["process", "files", "dsn", "url"])
def test_a_service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    """libpq's service file is read, whoever names the service; nothing of our environment is changed by it."""
    (tmp_path / "services").write_text("[shop]\nhost=db.example\nport=5444\ndbname=shop\nuser=clerk\n")
    monkeypatch.setenv("PGSERVICEFILE", str(tmp_path / "services"))
    monkeypatch.delenv("PGSERVICE", raising=False)
    given: dict[str, str | None] = {"dsn": "service=shop", "url": "postgresql:///?service=shop"}
    if where == "files":
        _files(tmp_path, env="PGSERVICE=shop\n")
    process = {"PGSERVICE": "shop"} if where == "process" else {}
    dsn = resolve_target(tmp_path, dsn=given.get(where), process=process).dsn
    assert str(dsn) == "postgresql://clerk@db.example:5444/shop"
    import os

    assert "PGSERVICE" not in os.environ


def test_an_environment_of_ones_own(tmp_path: Path) -> None:
    """`qa` needs a file of its own, or a connection in the process environment: the shared .env is not about it."""
    _files(tmp_path, env="DATABASE_URL=postgresql://h/base\n")
    with pytest.raises(ConfigError) as caught:
        resolve_target(tmp_path, env="qa", process={})
    assert ".env.qa.local and .env.qa" in caught.value.cause
    assert "--env" in caught.value.cause
    process = {"POSTGRES_DB": "ours"}
    assert resolve_target(tmp_path, env="qa", process=process).dsn.dbname == "ours"
    _files(tmp_path, env_qa="PROJECT_NAME=x\n")
    assert resolve_target(tmp_path, env="qa", process={}).dsn.dbname == "base"


def test_an_environment_that_the_env_file_names(tmp_path: Path) -> None:
    """What .env itself chooses, .env is about."""
    _files(tmp_path, env="ENVIRONMENT=qa\nDATABASE_URL=postgresql://h/base\n")
    assert resolve_target(tmp_path, process={}).dsn.dbname == "base"
    assert resolve_target(tmp_path, env="qa", process={}).environment == "qa"


def test_libpqs_family_in_a_file(tmp_path: Path) -> None:
    """All of libpq's variables count, not only those that choose the database."""
    _files(tmp_path, env="PGHOST=h\nPGDATABASE=d\nPGUSER=u\nPGSSLROOTCERT=/ca\nPGAPPNAME=x\n")
    target = resolve_target(tmp_path, process={})
    assert str(target.dsn).startswith("postgresql://u@h:5432/d?")
    assert dict(target.dsn.options) == {"sslrootcert": "/ca", "application_name": "x"}
    assert target.origin == "PG* in .env"


def test_nothing_said_is_an_error(tmp_path: Path) -> None:
    """Without any setting no database is guessed; other POSTGRES_ variables name none."""
    with pytest.raises(ConfigError, match="DATABASE_URL"):
        resolve_target(tmp_path, process={"POSTGRES_EXTENSIONS": "citext"})


def test_an_env_local_that_does_not_count_is_named(tmp_path: Path) -> None:
    """Who put staging's database into .env.local is told that it counts for dev only."""
    _files(tmp_path, env_local="ENVIRONMENT=staging\nDATABASE_URL=postgresql://h/d\n")
    with pytest.raises(ConfigError, match=r"\.env\.local is not about it"):
        resolve_target(tmp_path, process={})


def test_a_bad_url_names_its_origin_and_not_itself(tmp_path: Path) -> None:
    """The file that holds it is named; what it holds may be a password."""
    _files(tmp_path, env="DATABASE_URL=mysql://u:hush@h/d\n")
    with pytest.raises(ConfigError, match=r"DATABASE_URL in \.env:1") as caught:
        resolve_target(tmp_path, process={})
    assert "hush" not in str(caught.value)


def test_a_bad_port_names_its_origin(tmp_path: Path) -> None:
    """A port that is no number is said to be one, with the family it comes from."""
    with pytest.raises(ConfigError, match=r"POSTGRES_\*"):
        resolve_target(tmp_path, process={"POSTGRES_PORT": "many"})


def test_the_root_is_found_from_below(tmp_path: Path) -> None:
    """Commands work from any folder of the project."""
    (tmp_path / "pyproject.toml").touch()
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    assert find_root(inner) == tmp_path


VARIABLES = ["POSTGRES_HOST", "POSTGRES_DB", "POSTGRES_USER", "POSTGRES_PASSWORD"]
VARIABLES += ["PGHOST", "PGDATABASE", "PGUSER", "PGPASSWORD"]
URLS = ["DATABASE_URL", "POSTGRES_URL", "DATABASE_URL_DIRECT"]


def _tagged(names: set[str], source: str) -> dict[str, str]:
    """Variables whose values say their family and their source."""
    family = {name: name if name in URLS else "postgres" if name.startswith("POSTGRES") else "pg" for name in names}
    tags = {name: f"{family[name].lower()}-{source}" for name in names}
    url = "postgresql://{0}:{0}@{0}/{0}"
    return {name: url.format(tag) if name in URLS else tag for name, tag in tags.items()}


@given(
    process=st.sets(st.sampled_from(VARIABLES + URLS)),
    files=st.sets(st.sampled_from(VARIABLES + URLS)),
    direct=st.booleans(),
)
def test_one_family_from_one_source(process: set[str], files: set[str], direct: bool) -> None:
    """Whatever is set where: all parts of the connection come from one family in one source, or are defaults."""
    sources = Sources(_tagged(process, "p"), _tagged(files, "f"), dict.fromkeys(files, (".env", 1)), (".env",))
    found = find_connection(sources, "dev", direct=direct)
    if found is None:
        assert not process | files or (not direct and process | files == {"DATABASE_URL_DIRECT"})
        return
    dsn = found.dsn
    tags = {value for value in (dsn.host, dsn.dbname, dsn.user, dsn.password) if value.endswith(("-p", "-f"))}
    assert len(tags) == 1
    assert ("process" in found.origin) is tags.pop().endswith("-p")
