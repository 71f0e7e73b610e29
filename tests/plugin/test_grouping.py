"""Tests that have the same fixture sets follow each other, where nobody decides on their order."""

from __future__ import annotations

import pytest

from .conftest import Project

MIXED = """
import pytest
a, b, c = (pytest.mark.nself_fixtures(name) for name in "abc")

@b
def test_1_b(): pass
def test_2(): pass
@a
def test_3_a(): pass
@c
def test_4_c(): pass
@b
def test_5_b(): pass
@a
def test_6_a(): pass
def test_7(): pass

class TestIn:
    @c
    def test_1_c(self): pass
    @a
    def test_2_a(self): pass
    @c
    def test_3_c(self): pass

@c
def test_8_c(): pass
"""
AS_WRITTEN = ["1_b", "2", "3_a", "4_c", "5_b", "6_a", "7", "1_c", "2_a", "3_c", "8_c"]


@pytest.fixture
def with_sets(project: Project) -> Project:
    """Sets `a`, `b`, which extends `a`, and `c`."""
    project.file("fixtures/a.yml", "tables:\n  users:\n    ada: {name: Ada}\n")
    project.file("fixtures/b.yml", "extends: [a]\ntables:\n  users:\n    bob: {name: Bob}\n")
    project.file("fixtures/c.yml", "tables:\n  users:\n    cid: {name: Cid}\n")
    return project


def order(project: Project, *arguments: str) -> list[str]:
    """The ends of the names of the collected tests."""
    said = project.passes("--collect-only", *arguments)
    return [line.rpartition("::test_")[2] for line in said.splitlines() if "::" in line]


def test_within_a_module_and_a_class(with_sets: Project) -> None:
    """Tests move beside those with the same chain, a shorter one first; none leaves its class or passes one."""
    with_sets.file("test_it.py", MIXED)
    grouped = ["3_a", "6_a", "1_b", "5_b", "2", "7", "4_c", "1_c", "3_c", "2_a", "8_c"]
    assert order(with_sets) == grouped


def test_modules_stay_apart(with_sets: Project) -> None:
    """A test never moves to another module, whatever sets that has."""
    body = "import pytest\n@pytest.mark.nself_fixtures('a')\ndef test_a(): pass\n@pytest.mark.nself_fixtures('c')\n"
    for name in ("one", "two"):
        with_sets.file(f"test_{name}.py", body + "def test_c(): pass\n")
    assert order(with_sets) == ["a", "c", "a", "c"]


@pytest.mark.parametrize("arguments", [("-p", "no:randomly"), ("-o", "nself_group=false")])
def test_an_order_that_is_given(with_sets: Project, arguments: tuple[str, ...]) -> None:
    """Who asks for the order of the files has it."""
    with_sets.file("test_it.py", MIXED)
    assert order(with_sets, *arguments) == AS_WRITTEN


def test_a_plugin_that_shuffles(with_sets: Project) -> None:
    """Where pytest-randomly shuffles, its order stays."""
    with_sets.file("test_it.py", MIXED)
    seed = ("-p", "randomly", "--randomly-seed=3")
    assert order(with_sets, *seed) == order(with_sets, *seed, "-o", "nself_group=false")


def test_a_hook_that_sorts(with_sets: Project) -> None:
    """Where a hook of the project has put the tests of a module into another order, that stays."""
    with_sets.file("test_it.py", MIXED)
    with_sets.file("conftest.py", "def pytest_collection_modifyitems(items):\n    items.reverse()\n")
    assert order(with_sets) == AS_WRITTEN[::-1]


@pytest.mark.parametrize("mark", ["order(1)", "dependency()", "run(order=1)", "incremental"])
def test_marks_of_order(with_sets: Project, mark: str) -> None:
    """A mark that says which test comes first keeps its module as it is, and no other one."""
    marks = ["order", "dependency", "run", "incremental"]
    with_sets.file("pytest.ini", "[pytest]\nmarkers =\n" + "".join(f"    {name}: order\n" for name in marks))
    with_sets.file("test_it.py", MIXED.replace("@a\ndef test_3", f"@pytest.mark.{mark}\n@a\ndef test_3"))
    assert order(with_sets)[:7] == AS_WRITTEN[:7]
    assert order(with_sets)[7:10] == ["1_c", "3_c", "2_a"]


def test_parameters_of_wider_fixtures(with_sets: Project) -> None:
    """Tests do not pass a change of a module fixture's parameter: it is set up once for each."""
    with_sets.file(
        "test_it.py",
        """
        import pytest

        @pytest.fixture(scope="module", params=[1, 2])
        def wide(request):
            return request.param

        @pytest.mark.nself_fixtures("a")
        def test_a(wide): pass

        @pytest.mark.nself_fixtures("c")
        @pytest.mark.parametrize("number", [7, 8])
        def test_c(wide, number): pass

        @pytest.mark.nself_fixtures("a")
        def test_d(wide): pass
        """,
    )
    assert order(with_sets) == ["a[1]", "d[1]", "c[1-7]", "c[1-8]", "a[2]", "d[2]", "c[2-7]", "c[2-8]"]


def test_a_set_that_cannot_be_read(with_sets: Project) -> None:
    """An unknown or a broken set is no error of the collection; the test tells it."""
    with_sets.file("fixtures/c.yml", "tables: [\n")
    with_sets.file("test_it.py", MIXED.replace('"abc"', '["a", "zzz", "c"]'))
    assert len(order(with_sets)) == len(AS_WRITTEN)
