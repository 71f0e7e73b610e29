"""From what the trip has shown to findings: one for each thing that a person would mend by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from pytest_nself.core.finding import Finding, Findings, Severity
from pytest_nself.core.names import ObjectRef
from pytest_nself.core.place import Place
from pytest_nself.core.sql import Sql
from pytest_nself.core.step import Statement

from .verdict import AFTER_UNWIND, Class, Difference, Judged, Loss, RoundTrip, Verdict

_OF_CLASS = {
    Class.STRUCTURE: ("roundtrip-differs", Severity.ERROR),
    Class.SECURITY: ("roundtrip-differs", Severity.ERROR),
    Class.ORDER: ("roundtrip-reordered", Severity.WARNING),
    Class.COSMETIC: ("roundtrip-cosmetic", Severity.WARNING),
    Class.ENVIRONMENT: ("roundtrip-left-behind", Severity.WARNING),
}
_REASON = 'say why there is none: -- nself:irreversible reason="…"'
_NO_DOWN = {
    Verdict.MISSING: ("roundtrip-no-down", "has no down", f"write one, or {_REASON}"),
    Verdict.EMPTY: ("roundtrip-empty-down", "has an empty down", f"write what takes it back, or {_REASON}"),
    Verdict.COMMENTS: (
        "roundtrip-blank-down",
        "has a down of nothing but comments",
        f"write what takes it back, or {_REASON}",
    ),
}
_FAILED = {
    Verdict.UNPARSABLE: ("roundtrip-unparsable", "{label} cannot be sent"),
    Verdict.FAILS: ("roundtrip-fails", "The down of {label} fails"),
    Verdict.SECOND_UP_FAILS: ("roundtrip-second-up-fails", "After its down, {label} cannot be applied again"),
    Verdict.UP_FAILS: ("roundtrip-up-fails", "{label} cannot be applied"),
    Verdict.FAILS_FILLED: ("roundtrip-fails-filled", "{label} fails on filled tables"),
    Verdict.UNWIND_FAILS: ("roundtrip-unwind", "The down of {label} fails when all is taken back from the last on"),
}
_LONGEST = 200


def findings_of(trip: RoundTrip) -> Findings:
    """All of them, migration by migration; last what is about the folder."""
    found = [one for judged in trip.migrations for one in findings_of_one(judged)]
    return Findings([*found, *_about_the_folder(trip)])


def findings_of_one(judged: Judged) -> Iterator[Finding]:
    """What is to be said of one migration."""
    yield from _about_its_way(judged)
    for differences in _by_object(judged.differences):
        yield _difference(judged, differences)
    for loss in judged.losses:
        yield _loss(judged, loss)


def _about_its_way(judged: Judged) -> Iterator[Finding]:
    verdict, subject = judged.verdict, ObjectRef("migration", None, judged.label)
    if verdict in _NO_DOWN:
        rule, said, remedy = _NO_DOWN[verdict]
        harmless = judged.changes_nothing
        severity = Severity.WARNING if harmless or judged.up_only else Severity.ERROR
        tail = "; its up changes nothing in the schema" if harmless else ""
        yield Finding(rule, severity, subject, f"{judged.label} {said}{tail}.", remedy, place=judged.place)
    elif verdict is Verdict.IRREVERSIBLE:
        message = f"{judged.label} is declared irreversible: {judged.reason}."
        yield Finding("roundtrip-irreversible", Severity.INFO, subject, message, place=judged.place)
    elif verdict is Verdict.UNJUDGED:
        message = f"{judged.label} is not judged: {judged.reason}."
        yield Finding(
            "roundtrip-not-judged", Severity.WARNING, subject, message, "mend that one first", place=judged.place
        )
    if judged.failure is not None:
        rule, said = _FAILED.get(
            verdict, ("roundtrip-rows-refused", "Rows may refuse {label}, as those did that we made")
        )
        severity = Severity.ERROR if verdict in _FAILED else Severity.WARNING
        words = judged.failure.said
        message = f"{said.format(label=judged.label)}: {words.partition(chr(10))[0].rstrip('.')}."
        place = judged.failure.place or judged.place
        evidence = {"said": words, "sqlstate": judged.failure.sqlstate}
        yield Finding(rule, severity, subject, message, judged.failure.remedy, place=place, evidence=evidence)


def _by_object(found: Iterable[Difference]) -> Iterator[list[Difference]]:
    """The differences of one object, class and point of the trip together."""
    groups: dict[tuple[object, ...], list[Difference]] = {}
    for one in found:
        rule, _ = _OF_CLASS[one.cls]
        groups.setdefault((rule, one.subject, one.after_what), []).append(one)
    yield from groups.values()


def _difference(judged: Judged, differences: list[Difference]) -> Finding:
    first = differences[0]
    rule, severity = _OF_CLASS[first.cls]
    if first.after_what == AFTER_UNWIND:
        rule = "roundtrip-unwind"
    said = "; ".join(described(one) for one in differences)
    subject = ObjectRef("migration", None, judged.label)
    message = (
        f"After {first.after_what} of {judged.label}, {first.subject.kind.replace('_', ' ')} {first.subject} {said}."
    )
    fix = (Statement(f"mend {first.subject}", Sql(first.undo)),) if first.undo else ()
    remedy = f"add to the down: {_one_line(first.undo)}" if first.undo else _remedy(first)
    evidence = {
        "object": str(first.subject),
        "kind": first.subject.kind,
        "class": first.cls.value,
        "after": first.after_what,
        "attributes": [[one.attribute, one.before, one.after] for one in differences],
    }
    return Finding(rule, severity, subject, message, remedy, fix, judged.place, evidence)


def described(one: Difference) -> str:
    """`is left behind`, `is gone`, or what an attribute was and is."""
    if one.attribute == "":
        return "is gone" if one.after is None else "is left behind"
    was, now = (_one_line(text) if text is not None else "nothing" for text in (one.before, one.after))
    return f"differs in {one.attribute.strip('_')}: was {was}, is {now}"


def _remedy(one: Difference) -> str:
    if one.cls is Class.ORDER:
        return "nothing, if no program counts columns; a column that is added again comes last"
    if one.cls is Class.ENVIRONMENT:
        return "leave it if others use it too; else take it back in the down"
    return "take it back in the down" if one.after is not None else "let the down make it again"


def _loss(judged: Judged, loss: Loss) -> Finding:
    subject = ObjectRef("migration", None, judged.label)
    way = "Up and down" if loss.forth else "Down and up again"
    of = f"{loss.table}.{loss.part}" if loss.part else str(loss.table)
    if loss.changed:
        what = f"the values of {of} are not those that they were"
    elif loss.part:
        what = f"{loss.had - loss.has} of {loss.had} values of {of} are gone"
    else:
        what = f"{loss.had - loss.has} of {loss.had} rows of {of} are gone"
    severity = Severity.WARNING if loss.forth else Severity.INFO
    message = f"{way} of {judged.label}: {what}."
    remedy = "keep them somewhere in the up, and bring them back in the down" if loss.forth else ""
    evidence = {"had": loss.had, "has": loss.has, "class": "state"}
    return Finding("roundtrip-loses-rows", severity, subject, message, remedy, place=judged.place, evidence=evidence)


def _about_the_folder(trip: RoundTrip) -> Iterator[Finding]:
    without = [one for one in trip.migrations if one.verdict is Verdict.NO_DOWNS]
    if without:
        from pytest_nself.migrations.migration import counted

        has = "has" if len(without) == 1 else "have"
        message = f"{counted(len(without))} of {trip.folder} {has} no down, as is usual in their layout."
        remedy = "nothing; to judge one, put its down beside it: <name>.down.sql"
        subject = ObjectRef("file", None, Path(trip.folder).name)
        yield Finding("roundtrip-no-downs", Severity.INFO, subject, message, remedy, place=Place(trip.folder))
    for table, reason in trip.unfilled:
        message = f"{table} had no rows: {reason}."
        yield Finding("roundtrip-unfilled", Severity.INFO, table, message, "nothing; its rows were not looked after")


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
