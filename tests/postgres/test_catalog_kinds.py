"""Each kind of object: its facts name what is there, and its rule drops, makes and changes objects exactly."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import closing
from graphlib import TopologicalSorter
from hashlib import sha256
from typing import Any

import psycopg
import pytest

from pytest_nself.catalog.acl import change_grants
from pytest_nself.catalog.ddl import Ddl, Scene, Written, part, qualified
from pytest_nself.catalog.fact import Catalog, Entry, changed
from pytest_nself.catalog.kinds import kinds
from pytest_nself.catalog.read import introspect, query_text
from pytest_nself.core.errors import Refused
from pytest_nself.core.names import ObjectRef, quote_literal
from pytest_nself.database.database import EphemeralDatabase

from .kind_cases import CASES, Case

Db = psycopg.Connection[Any]


@pytest.fixture
def db(scratch_database: EphemeralDatabase) -> Iterator[Db]:
    """A connection to an empty database."""
    with closing(scratch_database.connect(autocommit=True)) as connection:
        yield connection
        # A database with subscriptions cannot be dropped, nor can one that holds a slot of its publisher.
        for entry in introspect(connection).of_kind("subscription"):
            run(connection, kinds()["subscription"].drop(entry, Scene(Catalog({}), Catalog({}))))


def run(db: Db, written: Written) -> None:
    """Send what a rule wrote, as a deploy would: with the settings that a plan has."""
    for one in written:
        text = one.text if isinstance(one, Ddl) else one
        db.execute(text.encode())


def made(db: Db, case: Case) -> Catalog:
    """What is there once the case's objects are."""
    if db.info.server_version < case.since:
        pytest.skip(f"needs PostgreSQL {case.since // 10000}")
    db.execute(case.made.encode())
    return introspect(db)


def said(catalog: Catalog) -> dict[ObjectRef, dict[str, Any]]:
    """All that is compared, as plain values."""
    return {entry.ref: dict(entry.attributes()) for entry in catalog}


def ordered(refs: Iterable[ObjectRef], catalog: Catalog) -> list[ObjectRef]:
    """What is needed comes first; else the ranks of the kinds say."""
    refs = set(refs)
    sorter = TopologicalSorter({ref: catalog.depends.get(ref, frozenset()) & refs for ref in refs})
    sorter.prepare()
    found: list[ObjectRef] = []
    ready: set[ObjectRef] = set()
    while sorter.is_active():
        ready |= set(sorter.get_ready())
        first = min(ready, key=lambda ref: _place(catalog.entries[ref]))
        ready.remove(first)
        sorter.done(first)
        found.append(first)
    return found


def _place(entry: Entry) -> tuple[Any, ...]:
    position = entry["position"] if entry.ref.kind == "column" else 0
    return kinds()[entry.ref.kind].rank, entry.ref.schema or "", entry.ref.name, position, entry.ref.part or ""


def with_dependents(refs: Iterable[ObjectRef], catalog: Catalog) -> set[ObjectRef]:
    """The objects, and all that cannot be without them."""
    found: set[ObjectRef] = set()
    new = set(refs)
    while new:
        found |= new
        new = {
            entry.ref
            for entry in catalog
            if entry.ref not in found
            and (new & catalog.depends.get(entry.ref, frozenset()) or new & set(_takers(entry)))
        }
    return found


def _takers(entry: Entry) -> tuple[ObjectRef, ...]:
    return kinds()[entry.ref.kind].dies_with(entry)


def _whole(refs: set[ObjectRef], catalog: Catalog) -> set[ObjectRef]:
    """With the objects that those go with for which there is no statement of their own."""
    scene = Scene(catalog, catalog, gone=frozenset(refs))
    silent = {ref for ref in refs if not list(kinds()[ref.kind].drop(catalog.entries[ref], scene))}
    return refs | {taker for ref in silent for taker in _takers(catalog.entries[ref])}


def drop_and_create(db: Db, a: Catalog, b: Catalog, refs: Iterable[ObjectRef]) -> None:
    """Drop the objects with what depends on them as they are in `a`, and make them as they are in `b`."""
    refs = set(refs)
    gone = with_dependents(_whole(refs & set(a.entries), a), a)
    new = with_dependents((refs | gone) & set(b.entries), b)
    scene = Scene(a, b, frozenset(new), frozenset(gone))
    for ref in reversed(ordered(gone, a)):
        entry = a.entries[ref]
        if not gone & set(_takers(entry)):
            run(db, kinds()[ref.kind].drop(entry, scene))
    left = introspect(db)
    assert not gone & set(left.entries)
    db.execute("set check_function_bodies = off")
    for ref in ordered(new, b):
        run(db, kinds()[ref.kind].create(b.entries[ref], scene))


def case_id(case: Case) -> str:
    """The kind, with the version for a case of newer servers."""
    return case.kind if case.since == 150000 else f"{case.kind}-{case.since // 10000}"


each_case = pytest.mark.parametrize("case", CASES, ids=case_id)


def test_each_kind_has_a_case() -> None:
    """No kind is left out of the claims below."""
    assert {case.kind for case in CASES} == set(kinds())


@each_case
def test_facts_name_the_objects(case: Case, db: Db) -> None:
    """Objects of a kind are found by their names, and by no others."""
    assert {str(entry.ref) for entry in made(db, case).of_kind(case.kind)} == set(case.facts)


@each_case
def test_drop_and_create_leave_no_trace(case: Case, db: Db) -> None:
    """Objects that are dropped, with what depends on them, and made anew are what they were."""
    before = made(db, case)
    drop_and_create(db, before, before, [entry.ref for entry in before.of_kind(case.kind)])
    after = introspect(db)
    assert said(after) == said(before)
    assert after.depends == before.depends


@each_case
def test_what_is_there_is_looked_for(case: Case, db: Db) -> None:
    """A rare kind that the short question does not name has no objects; an empty database has no rare ones at all."""
    text = query_text("present")
    rare = set(re.findall(r"^        \('(\w+)'", text, re.MULTILINE))
    assert rare < set(kinds())
    assert not {kind for (kind,) in db.execute(text.encode())} - {"subscription"}  # those of other databases count too
    there = {entry.ref.kind for entry in made(db, case)} & rare
    assert there <= {kind for (kind,) in db.execute(text.encode())}


@pytest.mark.parametrize("case", [case for case in CASES if case.changed], ids=case_id)
def test_alter_undoes_a_change(case: Case, db: Db) -> None:
    """Objects that were changed in place are changed back in place."""
    target = made(db, case)
    db.execute(case.changed.encode())
    now = introspect(db)
    differing = [
        ref for ref, entry in target.entries.items() if ref in now.entries and not entry.equals(now.entries[ref])
    ]
    assert differing
    scene = Scene(now, target, altered={ref: _differences(now, target, ref) for ref in differing})
    for ref in ordered(differing, target):
        written = kinds()[ref.kind].alter(now.entries[ref], target.entries[ref], _differences(now, target, ref), scene)
        assert written is not None, ref
        run(db, written)
    missing = set(target.entries) - set(now.entries)
    for ref in ordered(missing, target):
        run(db, kinds()[ref.kind].create(target.entries[ref], scene))
    assert said(introspect(db)) == said(target)


def _differences(a: Catalog, b: Catalog, ref: ObjectRef) -> frozenset[str]:
    return frozenset(changed(a.entries[ref], b.entries[ref]))


@pytest.mark.parametrize("case", [case for case in CASES if case.rebuilt], ids=case_id)
def test_what_cannot_be_altered_is_rebuilt(case: Case, db: Db) -> None:
    """Objects that became what they cannot be changed from are dropped and made anew, with what depends on them."""
    target = made(db, case)
    db.execute(case.rebuilt.encode())
    now = introspect(db)
    differing = [
        ref for ref, entry in target.entries.items() if ref.kind == case.kind and not entry.equals(now.entries[ref])
    ]
    assert differing
    scene = Scene(now, target)
    for ref in differing:
        names = _differences(now, target, ref)
        assert kinds()[ref.kind].alter(now.entries[ref], target.entries[ref], names, scene) is None, ref
    extra = set(now.entries) - set(target.entries)
    drop_and_create(db, now, target, [*differing, *extra])
    assert said(introspect(db)) == said(target)


_MUTE = {
    "default", "default_privileges", "family_function", "family_operator", "index_partition", "inheritance",
    "partition", "publication_schema", "publication_table", "sequence_owner", "user_mapping",
}  # fmt: skip
"""Kinds on whose objects there can be no comments."""

_SUPERUSERS = {"event_trigger", "foreign_data_wrapper", "subscription"}
"""Kinds whose objects can belong to nobody else."""


@each_case
def test_what_is_said_of_all_kinds(case: Case, db: Db) -> None:
    """Comment, owner and privileges are written with a kind's words, and read back."""
    before = made(db, case)
    kind = kinds()[case.kind]
    for entry in before.of_kind(case.kind):
        if case.kind not in _MUTE:
            db.execute(f"comment on {kind.commented(entry)} is 'it''s said'".encode())
        if entry["owner"] and case.kind not in _SUPERUSERS:
            db.execute(f"alter {kind.commented(entry)} owner to pg_monitor".encode())
        for text in _granted(entry):
            db.execute(text.encode())
    for entry in introspect(db).of_kind(case.kind):
        assert case.kind in _MUTE or entry["comment"] == "it's said"
        assert entry["owner"] in ((None, "pg_monitor") if case.kind not in _SUPERUSERS else (before.role,))
        assert not list(_granted(entry)) or any(one.startswith("pg_read_all_data=") for one in entry["acl"])


def _granted(entry: Entry) -> Iterator[str]:
    kind = kinds()[entry.ref.kind]
    if kind.grants == "column":
        yield from change_grants(
            {}, {"pg_read_all_data": {"r": False}}, qualified(entry.ref), "", column=part(entry.ref)
        )
    elif kind.grants and entry["trusted"] is not False:  # there can be none on a language that nobody trusts
        letters = dict.fromkeys(kind.privileges.replace("m", ""), True)
        yield from change_grants({}, {"pg_read_all_data": letters}, f"{kind.grants} {kind.granted(entry)}", "")


@pytest.mark.parametrize(
    ("sql", "kind", "name"),
    [
        ("create type odd", "type", "public.odd "),
        (
            "revoke execute on function pg_catalog.pg_sleep(double precision) from public",
            "privileges",
            "pg_catalog.pg_sleep(double precision) {",
        ),
        (
            "create extension pg_buffercache; grant select on pg_buffercache to pg_read_all_data",
            "privileges",
            "public.pg_buffercache {",
        ),
        ("grant select (proname) on pg_catalog.pg_proc to pg_monitor", "privileges", "pg_catalog.pg_proc.proname {"),
        ("grant create on schema pg_catalog to pg_monitor", "privileges", "pg_catalog.pg_catalog {"),
        (
            "create function pg_catalog.mine() returns void language sql as 'select'",
            "function",
            "pg_catalog.mine()",
        ),
    ],
    ids=["type", "function", "extension", "column", "schema", "own"],
)
def test_what_no_kind_reads_is_named(sql: str, kind: str, name: str, db: Db) -> None:
    """What has no facts is reported, with its state in its name; an empty database has nothing of it."""
    assert introspect(db).unmodelled == ()
    db.execute(sql.encode())
    (one,) = introspect(db).unmodelled
    assert one.kind == kind
    assert str(one).startswith(name)


_FOREIGN = "create foreign data wrapper bare; create server far foreign data wrapper bare;"


def test_what_a_role_may_not_see_is_named(db: Db) -> None:
    """Subscriptions and user mappings that a role may not read are not taken for none."""
    db.execute(
        f"""
        {_FOREIGN}
        create user mapping for pg_monitor server far options (login 'x');
        create subscription feed connection 'dbname=x' publication p with (connect = false, slot_name = none);
        """.encode()
    )
    full = introspect(db)
    assert full.unmodelled == ()
    assert {str(entry.ref) for entry in full.of_kind("subscription", "user_mapping")} == {"feed", "far.pg_monitor"}
    db.execute("set role pg_signal_backend")
    own = introspect(db)
    db.execute("reset role")
    assert [(one.kind, str(one)) for one in own.unmodelled] == [
        ("subscription", "feed"),
        ("user_mapping", "far.pg_monitor"),
    ]
    assert not list(own.of_kind("subscription", "user_mapping"))


@pytest.mark.parametrize("role", ["public", "pg_monitor"])
def test_secrets_of_user_mappings_are_neither_read_nor_written(role: str, db: Db) -> None:
    """A fact holds the sha256 of a password; to set another is refused, to keep or drop one is not."""
    make = f"create user mapping for {role} server far options (login 'x', password 'geheim', note 'y')"
    db.execute(f"{_FOREIGN} {make}".encode())
    target = introspect(db)
    ref = ObjectRef("user_mapping", None, "far", role)
    entry = target.entries[ref]
    assert entry["options"] == ["login=x", "note=y"]
    assert entry["secrets"] == ["password=" + sha256(b"geheim").hexdigest()]
    kind = kinds()["user_mapping"]
    db.execute(f"alter user mapping for {role} server far options (set login 'z', drop note)".encode())
    other = introspect(db)
    run(db, kind.alter(other.entries[ref], entry, frozenset({"options"}), Scene(other, target)) or ())
    assert said(introspect(db)) == said(target)
    db.execute(f"alter user mapping for {role} server far options (set password 'anders')".encode())
    other = introspect(db)
    with pytest.raises(Refused, match="secret") as refusal:
        kind.alter(other.entries[ref], entry, frozenset({"secrets"}), Scene(other, target))
    assert "geheim" not in str(refusal.value)
    db.execute(f"alter user mapping for {role} server far options (drop password)".encode())
    other = introspect(db)
    db.execute(f"alter user mapping for {role} server far options (add password 'geheim')".encode())
    run(db, kind.alter(entry, other.entries[ref], frozenset({"secrets"}), Scene(target, other)) or ())
    assert said(introspect(db)) == said(other)
    with pytest.raises(Refused, match="secret"):
        list(kind.create(entry, Scene(other, target)))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("host=h password=geheim dbname=x", "host=h password=*** dbname=x"),
        ("host=h password = 'ge heim\\' x' dbname=x", "host=h password = *** dbname=x"),
        ("postgresql://me:geheim@h/x?sslmode=require", "postgresql://me:***@h/x?sslmode=require"),
        ("postgresql://me@h/x?sslpassword=geheim&port=3", "postgresql://me@h/x?sslpassword=***&port=3"),
        ("host=h passfile=/a dbname=x", "host=h passfile=/a dbname=x"),
    ],
    ids=["pair", "quoted", "url", "parameter", "none"],
)
def test_secrets_of_subscriptions_are_neither_read_nor_written(written: str, read: str, db: Db) -> None:
    """What connects a subscription is read without its password; a subscription that has one is not made anew."""
    db.execute(
        b"create subscription feed connection "
        + quote_literal(written).encode()
        + b" publication p with (connect = false, slot_name = none)"
    )
    catalog = introspect(db)
    entry = catalog.entries[ObjectRef("subscription", None, "feed")]
    assert entry["connection"] == read
    assert entry["secret"] == (None if read == written else sha256(written.encode()).hexdigest())
    kind = kinds()["subscription"]
    if read == written:
        assert list(kind.create(entry, Scene(catalog, catalog)))
    else:
        with pytest.raises(Refused, match="secret"):
            list(kind.create(entry, Scene(catalog, catalog)))


def test_shells_of_operators_go_with_them(db: Db) -> None:
    """An operator that stands only as the commutator of another goes with it, so that its schema can go too."""
    db.execute(
        """
        create schema app;
        create function app.below(integer, text) returns boolean language sql as 'select true';
        create operator app.<<< (
            function = app.below, leftarg = integer, rightarg = text, commutator = operator(app.>>>)
        );
        """
    )
    before = introspect(db)
    drop_and_create(db, before, before, [ObjectRef("operator", "app", "<<<(integer, text)")])
    assert said(introspect(db)) == said(before)
    drop_and_create(db, before, Catalog({}), [ObjectRef("schema", None, "app")])
    assert not list(introspect(db).of_kind("operator"))
