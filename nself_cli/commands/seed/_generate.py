"""Rows for a whole schema: decided, tried where a trigger looks at them, loaded with a bar, proved."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nself_cli import present

if TYPE_CHECKING:
    import psycopg

    from nself_cli.session import Session
    from pytest_nself.core.plan import Plan
    from pytest_nself.core.step import CopyRows, Step
    from pytest_nself.data.generate.narrowing import Attempt
    from pytest_nself.data.generate.plan import Generated
    from pytest_nself.data.generate.wishes import Wishes
    from pytest_nself.data.shape.model import Shape

_WIDTH = 30


@dataclass(slots=True)
class Asked:
    """What the command line says. None is "not given"."""

    rows: int | None
    plan: Path | None
    tables: Sequence[str]
    seed: int | None
    rebuild: bool
    tried: bool = False
    made: list[Generated] = field(default_factory=list)


def wishes_of(asked: Asked, shape: Shape) -> Wishes:
    """The plan file's wishes, and over them those of the flags."""
    from pytest_nself.core.names import parse_qualified
    from pytest_nself.data.generate.plan_file import read_plan_file
    from pytest_nself.data.generate.wishes import Wishes

    found = Wishes() if asked.plan is None else read_plan_file(asked.plan, shape)
    if asked.rows is not None:
        found = replace(found, rows=asked.rows)
    if asked.seed is not None:
        found = replace(found, seed=asked.seed)
    if asked.tables:
        refs = []
        for name in asked.tables:
            *schema, bare = parse_qualified(name)
            tables = shape.named(schema[0] if schema else None, bare)
            refs.append(_only(name, tables, shape))
        found = replace(found, tables=tuple(refs))
    return found


def _only(name: str, tables: Sequence[Any], shape: Shape) -> Any:
    from pytest_nself.core.errors import FixtureError
    from pytest_nself.data.nearest import nearest

    if len(tables) == 1:
        return tables[0].ref
    known = [one.ref.name for one in shape.roots]
    raise FixtureError(
        f"More than one table is called {name}." if tables else f"There is no table {name}.",
        "" if tables else nearest(name, known),
        "name the table with its schema" if tables else "name a table of the database",
    )


def make_plan(session: Session, connection: psycopg.Connection[Any], asked: Asked) -> Plan:
    """Decide all rows, and plan how they are loaded. In dev they are tried first where a trigger looks at them."""
    from pytest_nself.data.generate.plan import generate, plan_rows
    from pytest_nself.project.environment_names import DEV, TEST

    from ._seeds import shape_of

    present.progress(session.invocation, "reading the schema")
    with connection.transaction():
        shape = shape_of(session, connection)
        wishes = wishes_of(asked, shape)
        mine = session.target.environment in (DEV, TEST)
        tried = mine and (asked.tried or any(table.insert_triggers for table in shape.roots))
        present.progress(session.invocation, f"deciding rows of {len(shape.tables)} tables")
        if tried:
            with _rolled_back(connection) as attempt:
                generated = generate(connection, shape, wishes, rebuild=asked.rebuild, attempt=attempt)
        else:
            generated = generate(connection, shape, wishes, rebuild=asked.rebuild)
        asked.made.append(generated)
        plan = plan_rows(connection, shape, generated)
    bar = Bar(session, generated.rows)
    return replace(plan, steps=tuple(bar.watched(step) for step in plan.steps))


@contextmanager
def _rolled_back(connection: psycopg.Connection[Any]) -> Iterator[Attempt]:
    """A place to try steps in: each behind a savepoint, and all of it taken back at the end."""
    from pytest_nself.core.errors import StepFailed
    from pytest_nself.execute.send import send

    def attempt(steps: Sequence[Step]) -> str | None:
        try:
            with connection.transaction():
                send(connection, steps)
        except StepFailed as error:
            return error.cause.splitlines()[0]
        return None

    with connection.transaction(force_rollback=True):
        yield attempt


@dataclass(slots=True)
class Bar:
    """A line of progress: how many of the rows are sent."""

    session: Session
    total: int
    sent: int = 0

    def watched(self, step: Step) -> Step:
        """The same step, whose rows are counted when they are sent."""
        from pytest_nself.core.step import CopyRows

        if not isinstance(step, CopyRows):
            return step
        return replace(step, source=self._counting(step))

    def _counting(self, step: CopyRows) -> Callable[[], Iterable[bytes]]:
        def chunks() -> Iterator[bytes]:
            left = step.rows
            for chunk in step.source():
                yield chunk
                sent = min(left, 1024)
                left -= sent
                self.sent += sent
                self._show(step.title)

        return chunks

    def _show(self, title: str) -> None:
        share = min(1.0, self.sent / self.total) if self.total else 1.0
        done = "#" * int(share * _WIDTH)
        text = f"[{done:<{_WIDTH}}] {share:4.0%}  {self.sent:,} of {self.total:,} rows  {title}"
        present.progress(self.session.invocation, text)
