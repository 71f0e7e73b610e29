"""Tests without a database: for these alone no server is started."""

import shop.__main__ as command_line


def test_a_wrong_command_shows_the_usage(capsys):
    """Without a tenant the command says how it is called."""
    assert command_line.main(["products"]) == 2
    assert "usage: python -m shop products TENANT_ID" in capsys.readouterr().err
