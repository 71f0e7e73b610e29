"""The kinds of check, one module each: the folder is the registry, and adding a kind is adding a file.

A kind's module, whose name is the word in `nself_checks` and, behind `nself_`, the marker's, has

    ABOUT                            what its subjects are: `table` or `migration`
    FAILS_FROM                       the least severity of a finding that fails a test
    subjects(checked)                an item for each of these; None where that is not known without a database
    check(checked, names, test)      what is wrong with these of them (None: with all)

`checked` is the project as this process sees it; `names` are those of subjects, or what a marker says. `test` is the
test that carries the marker, None for an item of our own. Both may raise NselfError, which becomes the item's failure.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from pytest_nself.core.errors import ConfigError
from pytest_nself.core.finding import Findings, Severity

if TYPE_CHECKING:
    import pytest

    from pytest_nself.plugin.checks.checked import Checked
    from pytest_nself.plugin.checks.subjects import Subject


class Kind(Protocol):
    """What a kind's module offers; see above."""

    __name__: str
    ABOUT: str
    FAILS_FROM: Severity

    def subjects(self, checked: Checked) -> Sequence[Subject] | None: ...
    def check(self, checked: Checked, names: Sequence[str] | None, test: pytest.Item | None) -> Findings: ...


def kind_names() -> tuple[str, ...]:
    """The words that there is a kind for."""
    return tuple(sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem != "__init__"))


def kind(name: str, origin: str) -> Kind:
    """The kind of this name; ConfigError says what `origin` may name, and what was meant."""
    known = kind_names()
    if name in known:
        return cast(Kind, import_module(f"{__name__}.{name}"))
    from difflib import get_close_matches

    near = get_close_matches(name, known, n=1)
    raise ConfigError(
        f"{origin}: there is no check {name!r}.",
        f"There are {', '.join(known)}.",
        f"you may have meant {near[0]}" if near else "name some of them",
    )


def name_of(kind: Kind) -> str:
    """The word that names the kind."""
    return kind.__name__.rpartition(".")[2]
