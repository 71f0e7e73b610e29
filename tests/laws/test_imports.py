"""What is imported when: the plugin costs every run of pytest, the engine needs neither face."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("psycopg", "click", "testcontainers", "docker", "sqlglot", "pydbml", "faker", "factory", "ruamel", "asyncio")


def python(code: str) -> str:
    """Run code in a process of its own; what it printed."""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


def test_loading_the_plugin_imports_nothing_heavy() -> None:
    """Importing the plugin, as every run of pytest does, imports no driver and no library of ours."""
    code = (
        "import sys, pytest; before = set(sys.modules); import pytest_nself.plugin; print(*(set(sys.modules) - before))"
    )
    loaded = python(code).split()
    assert [name for name in loaded if name.split(".")[0] in HEAVY] == []


def test_the_package_itself_imports_nothing() -> None:
    """`import pytest_nself` imports none of its parts; its public names are there all the same."""
    code = "import sys, pytest_nself; print(*(name for name in sys.modules if name.startswith('pytest_nself.')))"
    assert python(code).split() == []
    code = (
        "import pytest_nself; print(*(getattr(pytest_nself, name).__class__.__name__ for name in pytest_nself.__all__))"
    )
    assert len(python(code).split()) == len(__import__("pytest_nself").__all__)


@pytest.mark.parametrize("blocked", ["pytest", "click"])
def test_the_engine_needs_no_face(blocked: str) -> None:
    """The engine imports with pytest and with click missing."""
    code = f"""
import sys
sys.modules[{blocked!r}] = None
import pytest_nself.sandbox.sandbox, pytest_nself.sandbox.loading, pytest_nself.execute.migrate
import pytest_nself.database.rollback, pytest_nself.database.reset, pytest_nself.sandbox.kept
print("fine")
"""
    assert python(code).strip() == "fine"
