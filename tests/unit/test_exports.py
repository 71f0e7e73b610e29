"""The public names of the package: each is what it is called, and type checkers see the same as Python."""

from __future__ import annotations

import ast
from importlib import import_module
from pathlib import Path

import pytest

import pytest_nself
from pytest_nself import _HOMES


@pytest.mark.parametrize("name", pytest_nself.__all__)
def test_each_name_is_the_one_of_its_home(name: str) -> None:
    """A name gives the object that its module has under it, not a module of the same name."""
    found = getattr(pytest_nself, name)
    assert found is getattr(import_module(f"pytest_nself.{_HOMES[name]}"), name)
    assert type(found).__name__ != "module"


def test_type_checkers_see_the_same_names() -> None:
    """What is imported for type checkers alone, what is imported when used, and what is listed are one set."""
    tree = ast.parse(Path(pytest_nself.__file__).read_text(encoding="utf-8"))
    (checking,) = [node for node in tree.body if isinstance(node, ast.If)]
    shown = {
        alias.name: node.module for node in checking.body if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    assert shown == _HOMES
    assert sorted(pytest_nself.__all__) == sorted(_HOMES) == sorted(dir(pytest_nself))


def test_other_names_are_not_there() -> None:
    """A misspelled name is an AttributeError that names it."""
    with pytest.raises(AttributeError, match="introspected"):
        _ = pytest_nself.introspected
