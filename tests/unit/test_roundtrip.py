"""What of the round trip needs no server: classes of differences, what is sent, what shows in the files alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_nself.catalog.fact import Catalog, Entry
from pytest_nself.checks.roundtrip import Class, Judged, RoundTrip, Verdict, findings_of
from pytest_nself.checks.roundtrips.classes import class_of
from pytest_nself.checks.roundtrips.comparing import differences, role_differences
from pytest_nself.checks.roundtrips.roads import road
from pytest_nself.checks.roundtrips.states import WholeStates, differing
from pytest_nself.checks.roundtrips.static import prospects
from pytest_nself.core.finding import Severity
from pytest_nself.core.names import ObjectRef
from pytest_nself.core.sql import COMMIT_AFTER
from pytest_nself.core.step import Statement
from pytest_nself.migrations.layouts import read_migrations
from pytest_nself.migrations.ledger import EMPTY_LEDGER, LEDGER
from pytest_nself.migrations.migration import DOWN, UP, Migrations
from pytest_nself.migrations.planning.planner import NO_TIMEOUTS
from pytest_nself.migrations.planning.recording import Recording
from pytest_nself.migrations.planning.walk import Walk

Write = Callable[[dict[str, str]], Migrations]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write files and read them as migrations."""

    def write_files(files: dict[str, str]) -> Migrations:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return read_migrations(tmp_path)

    return write_files


def entry(kind: str, name: str, part: str | None = None, **attributes: object) -> Entry:
    header = {"oid": 0, "sub": 1, "schema": 2, "name": 3, "part": 4}
    header |= {attribute: number for number, attribute in enumerate(attributes, len(header))}
    return Entry(ObjectRef(kind, "public", name, part), header, (1, 0, "public", name, part, *attributes.values()))


def catalog(*entries: Entry) -> Catalog:
    return Catalog({one.ref: one for one in entries})


@pytest.mark.parametrize(
    ("kind", "attribute", "expected"),
    [
        ("table", "", Class.STRUCTURE),
        ("column", "type", Class.STRUCTURE),
        ("column", "acl", Class.SECURITY),
        ("column", "position", Class.ORDER),
        ("column", "comment", Class.COSMETIC),
        ("policy", "", Class.SECURITY),
        ("policy", "comment", Class.COSMETIC),
        ("table", "owner", Class.SECURITY),
        ("table", "options", Class.COSMETIC),
        ("view", "options", Class.SECURITY),
        ("extension", "", Class.ENVIRONMENT),
        ("role", "attributes", Class.ENVIRONMENT),
        ("table", "label:provider", Class.SECURITY),
        ("a kind of later", "anything", Class.STRUCTURE),
    ],
)
def test_classes(kind: str, attribute: str, expected: Class) -> None:
    """The attribute decides before the kind; what nobody has listed is structure, and so fails."""
    assert class_of(kind, attribute) is expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("select 1", "select   1\n", Class.COSMETIC),
        ("select a=b", "select a = b", Class.COSMETIC),
        ("select 1", "select 2", Class.STRUCTURE),
        ("select 'a b'", "select 'a  b'", Class.STRUCTURE),
        ("select ab", "select a b", Class.STRUCTURE),
        ("select 1 -- x\n, 2", "select 1 -- x , 2", Class.STRUCTURE),
    ],
)
def test_bodies(before: str, after: str, expected: Class) -> None:
    """Blank space of a body is cosmetic, unless it tells words or strings apart, or ends a comment."""
    assert class_of("function", "body", before, after) is expected


def test_parts_go_with_their_table() -> None:
    """A table that is left behind is one difference, whatever parts and indexes it has."""
    left = catalog(
        entry("table", "t"),
        entry("column", "t", "a", position=1),
        entry("constraint", "t", "t_pkey"),
        entry("index", "i", _table="t"),
        entry("index", "j", _table="u"),
    )
    found = differences(catalog(), left, left.entries)
    assert [str(one.subject) for one in found] == ["public.j", "public.t"]


def test_ranks_are_an_order_only_among_what_stays() -> None:
    """A column that is gone moves those behind it: no difference of its own."""
    before = catalog(*(entry("column", "t", name, position=n) for n, name in enumerate("abc")))
    after = catalog(*(entry("column", "t", name, position=n) for n, name in enumerate("bc")))
    refs = list(differing(before.entries, after.entries))
    assert [(one.attribute, one.before, one.after) for one in differences(before, after, refs)] == [("", "there", None)]
    turned = catalog(*(entry("column", "t", name, position=n) for n, name in enumerate("bca")))
    (one,) = differences(before, turned, differing(before.entries, turned.entries))
    assert (one.cls, one.before, one.after) == (Class.ORDER, "a, b, c", "b, c, a")


def test_unmodelled_objects_differ_by_name() -> None:
    """Of what cannot be compared at least its being there is."""
    ref = ObjectRef("type", "public", "shell")
    (one,) = differences(Catalog({}), Catalog({}, unmodelled=(ref,)), ())
    assert (one.subject, one.after, one.cls) == (ref, "there", Class.STRUCTURE)


def test_the_same_entry_is_not_looked_into() -> None:
    """What a reader hands on unread counts as equal by its identity."""
    same = entry("table", "t")
    assert list(differing({same.ref: same}, {same.ref: same})) == []
    assert WholeStates().different(catalog(same), catalog()) == [same.ref]


def test_roles() -> None:
    """New, gone and changed ones are told; the same are not."""
    before = {("role", "a"): "login", ("role", "b"): "", ("role", "c"): "login"}
    after = {("role", "a"): "", ("role", "c"): "login", ("membership", "c to a"): "false"}
    found = role_differences(before, after)
    assert [(one.subject.kind, one.subject.name, one.before, one.after) for one in found] == [
        ("membership", "c to a", None, "false"),
        ("role", "a", "login", ""),
        ("role", "b", "", None),
    ]


def test_what_is_sent_is_the_runners_without_its_ledger(write: Write) -> None:
    """The text, and what makes the session as it was; nothing that names the ledger."""
    files = {
        "1_a.up.sql": "create temp table x (a int); select 1;",
        "1_a.down.sql": "insert into t values (1);",
        "2_b.up.sql": "create table y (a int);\ncreate index concurrently i on y (a);",
        "2_b.down.sql": "alter type t add value 'x'; select 'x'::t;",
    }
    for migration in write(files):
        for direction in (UP, DOWN):
            walk = Walk.of(migration, direction, hazards=frozenset(), defaults=NO_TIMEOUTS)
            theirs = list(walk.steps(Recording.of(EMPTY_LEDGER, None), EMPTY_LEDGER))
            ours = road(migration, direction).steps
            sent = [one.sql.text for one in ours if isinstance(one, Statement)]
            assert not any(LEDGER.quoted in text for text in sent)
            body = [one.sql.text for one in theirs if isinstance(one, Statement) and one.place and one.place.line]
            assert [text for text in sent if text in body] == body
            ends = [one for one in theirs if isinstance(one, Statement) and one.sql.transaction is COMMIT_AFTER]
            resets = [one for one in ours if isinstance(one, Statement) and one.sql.transaction is COMMIT_AFTER]
            assert len(resets) == len(ends) > 0
            for end, reset in zip(ends, resets, strict=True):
                assert end.sql.text.startswith(reset.sql.text)
                assert "reset role;" in reset.sql.text


@pytest.mark.parametrize(
    ("text", "nested"),
    [
        ("create table t (a int);", True),
        ("begin; create table t (a int); commit;", True),
        ("begin isolation level serializable; select 1; commit;", False),
        ("set transaction isolation level serializable; select 1;", False),
        ("create index concurrently i on t (a);", False),
        ("alter type t add value 'x';", False),
        ("create temp table t (a int) on commit drop;", False),
        ("-- nself:no-transaction\nselect 1; select 2;", False),
    ],
)
def test_what_may_run_inside_another_transaction(write: Write, text: str, nested: bool) -> None:
    """Only what means the same there."""
    (migration,) = write({"1_a.sql": text})
    assert road(migration, UP).nested is nested


def test_what_shows_in_the_files(write: Write) -> None:
    """Missing, empty, comment only, unparsable and irreversible are known before anything runs."""
    found = write(
        {
            "1_a.up.sql": "select 1;",
            "1_a.down.sql": "select 1;",
            "2_b.up.sql": "select 1;",
            "3_c.up.sql": "select 1;",
            "3_c.down.sql": "",
            "4_d.up.sql": "select 1;",
            "4_d.down.sql": "/* no */ -- way\n;",
            "5_e.up.sql": "select 1;",
            "5_e.down.sql": "select 1;\nselect $x$ 1;",
            "6_f.up.sql": '-- nself:irreversible reason="gone"\nselect 1;',
            "7_g.up.sql": "select 1;",
            "7_g.down.sql": "drop table a; commit; drop table b;",
        }
    )
    seen = prospects(found, found.migrations)
    assert [one.verdict for one in seen] == [
        None,
        Verdict.MISSING,
        Verdict.EMPTY,
        Verdict.COMMENTS,
        Verdict.UNPARSABLE,
        Verdict.IRREVERSIBLE,
        Verdict.UNPARSABLE,
    ]
    assert str(seen[4].place).endswith("5_e.down.sql:2:8")


def test_findings_of_a_trip() -> None:
    """Each verdict has its rule and severity; layouts without downs are one notice."""
    verdicts = (Verdict.MISSING, Verdict.EMPTY, Verdict.COMMENTS, Verdict.NO_DOWNS, Verdict.NO_DOWNS, Verdict.EXACT)
    judged = tuple(Judged(f"{number}_m", number, one) for number, one in enumerate(verdicts))
    found = findings_of(RoundTrip("migrations", judged))
    assert [(one.rule, one.severity) for one in found] == [
        ("roundtrip-no-down", Severity.ERROR),
        ("roundtrip-empty-down", Severity.ERROR),
        ("roundtrip-blank-down", Severity.ERROR),
        ("roundtrip-no-downs", Severity.INFO),
    ]
