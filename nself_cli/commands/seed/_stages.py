"""Where the commands try seeds: in dev in a transaction that is rolled back, elsewhere in a sandbox."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import psycopg

    from nself_cli.session import Session
    from pytest_nself.checks.seeds.trial import Stage
    from pytest_nself.data.seeds.plan import SeedPlan
    from pytest_nself.data.seeds.seed_file import SeedFile


class Place(NamedTuple):
    """Where stages can be had, each as it was before the one before it, and the plan; `where` says it in words.

    A script's stage is the exception: what a script does stays in the sandbox.
    """

    stage: Callable[[], AbstractContextManager[Stage]]
    plan: SeedPlan
    where: str


MakeSeedPlan = Callable[["psycopg.Connection[Any]"], "SeedPlan"]


@contextmanager
def staged(session: Session, files: Sequence[SeedFile], make: MakeSeedPlan, *, empty: bool = False) -> Iterator[Place]:
    """A stage for these files, and the plan for it.

    A live database is only read; a script commits, and so is never tried on one that anybody has. With `empty` the
    seeds' own rows must not be there already, so that it is a sandbox in any case.
    """
    from dataclasses import replace

    from nself_cli.run import connected
    from nself_cli.session import table_of
    from pytest_nself.checks.seeds.sandboxes import seed_sandbox
    from pytest_nself.checks.seeds.scripts import scripts_on
    from pytest_nself.checks.seeds.trial import Stage, rolled_back
    from pytest_nself.checks.target import only_reading
    from pytest_nself.data.seeds.seed_file import SeedKind
    from pytest_nself.project.environment_names import DEV, TEST
    from pytest_nself.sandbox.kept import TestProject

    from ._seeds import shape_of

    scripts = any(one.kind is SeedKind.SCRIPT for one in files)
    live = session.target.environment not in (DEV, TEST)
    with connected(session) as (database, connection):
        if not (live or scripts or empty):
            shape, plan = shape_of(session, connection), make(connection)
            where = f"{session.target.dsn.dbname}, rolled back"
            yield Place(lambda: rolled_back(connection, shape, session.root), plan, where)
            return
        with only_reading(connection):
            make(connection)  # what is refused there is refused before a server is started
        project, table = TestProject.find(session.root), table_of(session)
        with seed_sandbox(database, connection, project=project, table=table) as sandbox:
            target = session.target._replace(dsn=sandbox.database.dsn)
            plan = make(sandbox.connection)
            moved = scripts_on(target.dsn, session.root)
            parts = tuple(
                replace(part, steps=(moved(part.file, part.steps[0].title),)) if part.is_script else part
                for part in plan.parts
            )
            plan = replace(plan, parts=parts)
            shape = shape_of(session, sandbox.connection)
            if scripts:
                stage = Stage(sandbox.connection, shape, session.root, target.dsn)
                yield Place(lambda: nullcontext(stage), plan, sandbox.how)
                return
            yield Place(lambda: rolled_back(sandbox.connection, shape, session.root), plan, sandbox.how)
