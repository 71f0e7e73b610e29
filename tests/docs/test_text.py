"""What a page shows can be copied: links lead somewhere, code parses, packages and extras exist."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path
from xml.etree import ElementTree

import pytest
from ruamel.yaml import YAML

from .pages import ROOT, Page, all_pages, matches, parse_page

PAGES = all_pages()
LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS = set(PYPROJECT["project"]["optional-dependencies"])


def links(page: Page) -> list[str]:
    """Targets of the page's links and pictures, without those in fences."""
    text = page.text
    for fence in page.fences:
        text = text.replace(fence.text, "")
    return [one or other for one, other in LINK.findall(text)]


def anchors(path: Path) -> set[str]:
    """The anchors that a page's headings make."""
    titles = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Page) -> None:
    """Every link inside the repository names a file that is there, and a heading of it."""
    for link in links(page):
        if re.match(r"https?:|mailto:", link):
            continue
        target, _, anchor = link.partition("#")
        file = (page.path.parent / target).resolve() if target else page.path
        assert file.exists(), link
        if anchor and file.suffix == ".md":
            assert anchor in anchors(file), link


def test_every_page_is_linked() -> None:
    """Whoever starts at docs/index.md can get to every page."""
    by_path = {page.path: page for page in PAGES}
    waiting, seen = [ROOT / "docs/index.md"], set()
    while waiting:
        path = waiting.pop()
        if path in seen or path not in by_path:
            continue
        seen.add(path)
        waiting += [(path.parent / link.partition("#")[0]).resolve() for link in links(by_path[path]) if link[0] != "#"]
    assert {page.name for page in PAGES if page.path not in seen} <= {"README.md"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_code_parses(page: Page) -> None:
    """Python, TOML, YAML on a page are what they claim to be."""
    for fence in page.fences:
        if fence.language == "python":
            ast.parse(fence.text)
        elif fence.language == "toml":
            tomllib.loads(fence.text)
        elif fence.language == "yaml":
            YAML(pure=True).load(fence.text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_installs_what_exists(page: Page) -> None:
    """`pip install` asks for extras of ours that pyproject.toml declares."""
    for line in page.text.splitlines():
        if "pip install" in line:
            for extras in re.findall(r"(?:pytest-nself|\.)\[([\w,-]+)\]", line):
                assert set(extras.split(",")) <= EXTRAS, line


def test_the_picture_is_of_this_project() -> None:
    """docs/terminal.svg is well-formed, and shows the example's tests passing but no folder of some machine."""
    tree = ElementTree.parse(ROOT / "docs/terminal.svg")
    text = "".join(tree.getroot().itertext())
    for path in (ROOT / "example_project/tests").glob("test_*.py"):
        assert f"tests/{path.name}" in text
    assert " passed" in text
    assert "failed" not in text
    assert not re.search(r"(?<![\w.~])/(?:home|root|tmp|work|Users|dev)\b", text)


def test_an_unknown_comment_is_an_error() -> None:
    """A misspelled comment does not turn a test off."""
    with pytest.raises(ValueError, match=r"page.md:1: <!-- fiel -->"):
        parse_page(Path("page.md"), "<!-- fiel: app.py -->\n```python\n```\n")


@pytest.mark.parametrize(
    ("shown", "said", "same"),
    [
        ("2 passed in ...", "2 passed in 0.1s\n", True),
        ("...\n2 passed in ...", "12 passed in 0.1s", False),
        ("a\n...\nc", "a\nb\nb\nc", True),
        ("a\n...\nc", "a\nb", False),
        ("[x]", "x", False),
    ],
)
def test_outputs_are_compared(shown: str, said: str, same: bool) -> None:
    """`...` stands for anything, all else for itself."""
    assert matches(shown, said) is same
