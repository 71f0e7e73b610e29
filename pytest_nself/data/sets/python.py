"""A `.py` fixture set: a function that says its rows with the words of the YAML form."""

from __future__ import annotations

import re
import sys
import traceback
from collections.abc import Callable, Mapping
from typing import Any

from pytest_nself.core.errors import FixtureError, NselfError
from pytest_nself.core.place import Place
from pytest_nself.data.nearest import nearest

from .declaring import Rows
from .fixture_set import FixtureSet


def read_python_set(name: str, text: str, file: str) -> FixtureSet:
    """The rows that the file's function gives: the one called like the set or the file, `-` written as `_`.

    The file is run. FixtureError with the line for what it raises.
    """
    scope: dict[str, Any] = {"__name__": f"fixtures.{_identifier(name)}", "__file__": file}
    try:
        exec(compile(text, file, "exec"), scope)
        rows = Rows(name, file)
        _function(name, file, scope)(rows)
    except NselfError:
        raise
    except SyntaxError as error:
        place = Place(file, error.lineno, error.offset)
        raise FixtureError("This is not Python.", f"{error.msg}.", "correct the file", place=place) from None
    except Exception as error:
        raise FixtureError(
            f'The fixture set "{name}" raised {type(error).__name__}.',
            f"{error}",
            "correct the file",
            place=Place(file, _line(file)),
        ) from error
    return rows.fixture_set()


def _function(name: str, file: str, scope: Mapping[str, Any]) -> Callable[[Rows], object]:
    stem = re.split(r"[/\\]", file)[-1].rsplit(".", 1)[0]
    wanted = list(dict.fromkeys((_identifier(name), _identifier(stem))))
    for one in wanted:
        if callable(scope.get(one)):
            function: Callable[[Rows], object] = scope[one]
            return function
    known = [key for key, value in scope.items() if callable(value) and not key.startswith("_")]
    raise FixtureError(
        f"This file has no function {wanted[0]}.",
        nearest(wanted[0], known),
        f"write def {wanted[0]}(f): with the rows",
        place=Place(file),
    )


def _identifier(name: str) -> str:
    word = re.sub(r"\W", "_", name)
    return f"_{word}" if word[:1].isdigit() else word


def _line(file: str) -> int | None:
    """Where in `file` the exception at hand came from."""
    frames = traceback.extract_tb(sys.exc_info()[2])
    return next((frame.lineno for frame in reversed(frames) if frame.filename == file), None)
