"""Env files: what is read, and on which line it stands."""

from __future__ import annotations

import io

import pytest
from dotenv.parser import parse_stream
from hypothesis import given
from hypothesis import strategies as st

from pytest_nself.core.errors import ConfigError
from pytest_nself.project.env_text import parse_env


def read(text: str) -> dict[str, str]:
    """The variables of a text; of two alike the last."""
    return {entry.name: entry.value for entry in parse_env(text.encode(), ".env")}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("X=plain", "plain"),
        ("export X=plain\n", "plain"),
        ("\ufeffX=plain\r\nY=2\r\n", "plain"),
        ("  X = spaced  ", "spaced"),
        ("X=a#b", "a#b"),
        ("X=a #b", "a"),
        ("X=#b", "#b"),
        ("X= #b", ""),
        ("X='a #b'", "a #b"),
        ('X="a \\"b\\" $c" # d', 'a "b" $c'),
        ("X='it\\'s \\n'", "it's \\n"),
        ('X="two\\nlines"', "two\nlines"),
        ('X="two\nlines"\n', "two\nlines"),
        ("X=$HOME/a=b", "$HOME/a=b"),
        ("X=first\nX=last", "last"),
        ("X=é漢", "é漢"),
        ("'X'=quoted name", "quoted name"),
        ("# X=no\n\nX=", ""),
    ],
)
def test_values(text: str, value: str) -> None:
    """Quotes, comments, escapes, line ends, byte order mark, and the last of two."""
    assert read(text)["X"] == value


def test_a_name_alone_is_no_variable() -> None:
    """`export X` sets nothing; an empty file holds nothing."""
    assert read("export X\nY\n") == {}
    assert read("") == {}


def test_lines_are_counted() -> None:
    """Each variable knows its line, behind comments, blank lines and values of several lines."""
    entries = parse_env(b"\n# one\nA=1\r\n\r\nB='x\ny'\nC=3", ".env")
    assert [(entry.name, entry.line) for entry in entries] == [("A", 3), ("B", 5), ("C", 7)]


@pytest.mark.parametrize("text", ["A=1\nURL='hush\n", 'A=1\nURL="hush" more\n', "A=1\nsome words hush\n", "A=1\n=hush"])
def test_a_line_that_cannot_be_read_is_an_error(text: str) -> None:
    """It is named with its place, and its text, which may hold a password, is not shown."""
    with pytest.raises(ConfigError) as caught:
        read(text)
    assert str(caught.value.place) == ".env:2"
    assert "hush" not in str(caught.value)


def test_another_encoding_is_an_error() -> None:
    """A file in UTF-16, or with a stray byte, is not guessed at."""
    with pytest.raises(ConfigError, match="not UTF-8"):
        parse_env("A=1".encode("utf-16"), ".env")
    with pytest.raises(ConfigError, match=r"\.env:2: "):
        parse_env(b"A=1\nB=\xe9\n", ".env")


@given(st.text(st.sampled_from("AB=#'\"\\ \t\nnexport$"), max_size=40))
def test_like_dotenv(text: str) -> None:
    """What python-dotenv reads without complaint is read alike, lines included; what it skips is an error here."""
    theirs = list(parse_stream(io.StringIO(text)))
    if any(one.error for one in theirs):
        with pytest.raises(ConfigError):
            parse_env(text.encode(), ".env")
        return
    expected = [(one.key, one.value) for one in theirs if one.key is not None and one.value is not None]
    assert [(entry.name, entry.value) for entry in parse_env(text.encode(), ".env")] == expected
