"""pydbml, imported when somebody asks for its objects, and kept from changing the process it comes into."""

from __future__ import annotations

import sys
import warnings
from typing import Any

from pytest_nself.core.errors import ToolMissing

_LEAST = (1, 2)


def import_pydbml() -> Any:
    """The package pydbml; ToolMissing where there is none, or an older one than 1.2.

    Its import leaves two traces in a process, and both are taken back here. It warns of what it uses: the warnings are
    not shown, not even where warnings are errors. And it makes pyparsing take line ends for no white space in every
    grammar that is made from then on, in all libraries: the default is put back, and pydbml's own grammar is told to
    keep its white space whatever the default is, so that its parser goes on working.

    What cannot be held back: a thread that makes a grammar during this import may get pydbml's white space, or have its
    own warnings unseen; pydbml warns again each time it parses; and where a program has imported pydbml before, the
    defaults are as that import has left them, since the program may count on them.
    """
    pydbml = sys.modules.get("pydbml") or _import()
    found = _version()
    if found < _LEAST:
        raise _missing(f"found pydbml {'.'.join(map(str, found))}")
    return pydbml


def _import() -> Any:
    try:
        import pyparsing

        before = pyparsing.ParserElement.DEFAULT_WHITE_CHARS
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                import pydbml

                _keep_white_space(pyparsing.ParserElement)
        finally:
            pyparsing.ParserElement.set_default_whitespace_chars(before)
    except ImportError as error:
        raise _missing(f"{type(error).__name__}: {error}") from error
    return pydbml


def _missing(cause: str) -> ToolMissing:
    return ToolMissing("pydbml 1.2 or newer is needed for its objects", cause, "pip install 'pydbml>=1.2'")


def _version() -> tuple[int, ...]:
    from importlib.metadata import version

    return tuple(int(part) for part in version("pydbml").split(".")[:2] if part.isdigit())


def _keep_white_space(kind: Any) -> None:
    """Make pydbml's grammar independent of the default: its parser copies it, and copies take what is default then."""
    modules = [module for name, module in list(sys.modules.items()) if name.startswith("pydbml.")]
    waiting = [value for module in modules for value in vars(module).values() if isinstance(value, kind)]
    seen: set[int] = set()
    while waiting:
        element = waiting.pop()
        if id(element) not in seen:
            seen.add(id(element))
            element.copyDefaultWhiteChars = False
            waiting += element.recurse()
