"""What a person can rely on afterwards: rows per table, constraints that held, what was left out and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pytest_nself.core.names import ObjectRef

from .plan import Generated, notes_of


@dataclass(frozen=True, slots=True)
class Proof:
    """`rows` by table; `constraints` by kind, how many the server held the rows against; `acceptance` by check, the
    share (0 to 1) of the tried values that it let through; `nulls` by column why it is null; `unsolved` by column
    what no value was found for; `unknown` by table what
    the server said of rows that only a trigger refuses; `rebuilt` are tables whose keys were made again."""

    rows: dict[str, int]
    constraints: dict[str, int]
    acceptance: dict[str, float]
    nulls: dict[str, str]
    unsolved: dict[str, str]
    unknown: dict[str, str]
    rebuilt: tuple[str, ...]
    kept: str
    notes: tuple[str, ...]

    @property
    def data(self) -> dict[str, Any]:
        """For a program."""
        return {
            "rows": self.rows,
            "constraints": self.constraints,
            "acceptance": {name: round(share, 4) for name, share in self.acceptance.items()},
            "nulls": self.nulls,
            "unsolved": self.unsolved,
            "unknown": self.unknown,
            "rebuilt": list(self.rebuilt),
            "kept": self.kept,
            "notes": list(self.notes),
        }

    def lines(self) -> list[str]:
        """For a person."""
        filled = {table: count for table, count in self.rows.items() if count}
        found = [f"{sum(filled.values()):,} rows in {_counted(len(filled), 'table')}"]
        exercised = [_counted(count, kind) for kind, count in self.constraints.items() if count]
        if exercised:
            found.append(f"held against {', '.join(exercised)}")
        if self.rebuilt:
            found.append(f"keys of {_counted(len(self.rebuilt), 'empty table')} were made again after their rows")
        elif self.kept:
            found.append(f"keys stayed in place: {self.kept}")
        hard = {name: share for name, share in self.acceptance.items() if share < 1}
        if hard:
            found.append(f"{_counted(len(hard), 'check')} refused some of what was tried:")
            found += [f"  {name}: {share:.0%} let through" for name, share in sorted(hard.items(), key=_by_share)]
        if self.nulls:
            found.append("left null:")
            found += [f"  {column}: {reason}" for column, reason in self.nulls.items()]
        for column, reason in self.unsolved.items():
            found.append(f"not covered: {column}: {reason}")
        for table, said in self.unknown.items():
            found.append(f"{table}: a rule that no constraint tells of: {said}")
        return [*found, *self.notes]


def _by_share(one: tuple[str, float]) -> tuple[float, str]:
    return one[1], one[0]


def proof_of(generated: Generated) -> Proof:
    """The proof, once the rows are loaded."""
    tables = {ref: one for ref, one in generated.tables.items() if one.rows.count}
    constraints = {
        "key": sum(len(one.table.keys) for one in tables.values()),
        "foreign key": sum(len(one.table.references) for one in tables.values()),
        "check": sum(len(one.table.checks) for one in tables.values()),
        "exclusion": sum(len(one.table.exclusions) for one in tables.values()),
        "partitioned table": sum(one.table.partition_key is not None for one in tables.values()),
    }
    return Proof(
        {str(ref): one.rows.count for ref, one in generated.tables.items()},
        constraints,
        {_of(ref, name): share for ref, one in tables.items() for name, share in one.acceptance.items()},
        {_of(ref, name): said for ref, one in tables.items() for name, said in one.nulls.items()},
        {_of(ref, name): said for ref, one in tables.items() for name, said in one.unsolved.items()},
        {str(ref): one.unknown for ref, one in generated.tables.items() if one.unknown},
        tuple(str(ref) for ref in generated.rebuild.tables),
        generated.rebuild.kept or "no empty table gets so many rows that it would pay",
        tuple(notes_of(generated)),
    )


def _of(ref: ObjectRef, name: str) -> str:
    return f"{ref}.{name}"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
