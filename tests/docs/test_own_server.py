"""What docs/how-to/own-server.md promises beside its commands."""

from __future__ import annotations

from pytest_nself.core.names import quote_identifier

from .conftest import OwnServer, Reader
from .pages import ROOT, read_page

PAGE = read_page(ROOT / "docs/how-to/own-server.md")


def test_without_createdb(reader: Reader, own_server: OwnServer) -> None:
    """A user who may not create databases gets the message that the page shows."""
    with own_server.server.connect(own_server.server.dsn.dbname) as connection:
        connection.execute(f"alter role {quote_identifier(own_server.name)} nocreatedb".encode())
    for path, text in PAGE.files().items():
        reader.write(path, text)
    result = reader.run("pytest -q", DATABASE_URL_TEST=own_server.dsn.url())
    shown = next(fence.text for fence in PAGE.fences if fence.language == "text")
    address = PAGE.server.replace("secret", "***")
    for line in shown.replace(address, str(own_server.dsn)).replace("tester", own_server.name).splitlines():
        assert line in result.stdout
    assert result.returncode == 1


def test_nothing_is_left(reader: Reader, own_server: OwnServer) -> None:
    """After the run the user owns no database but the one he had."""
    reader.replaced[PAGE.server] = own_server.dsn.url()
    reader.write("test_names.py", 'def test_names(nself_database):\n    print("made", nself_database.dsn.dbname)\n')
    result = reader.run("pytest -q -s", DATABASE_URL_TEST=PAGE.server)
    assert result.returncode == 0, result.stdout
    assert "made nself_" in result.stdout
    assert own_server.databases() == []
