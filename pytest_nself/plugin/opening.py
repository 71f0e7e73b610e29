"""The run's server: opened and ended. Imports no driver: that is done while the server starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_nself.sandbox.from_settings import template_of, wanted_of
from pytest_nself.sandbox.sandbox import Sandbox, open_sandbox
from pytest_nself.sandbox.template import TEMPLATE, MissingExtensions
from pytest_nself.server.cache import settle
from pytest_nself.server.server import Server

if TYPE_CHECKING:
    from .run import Run


def open_run(run: Run) -> Sandbox:
    """Join the run's server, which is started if this process is the first that asks, with the template on it."""
    assert run.provider is not None
    settings, info, hook = run.settings, run.info, run.config.hook.pytest_nself_template_ready
    stamp, premade = "", None
    if run.provider.shared:
        from pytest_nself.server import existing

        stamp = existing.stamp(info.id, info.owner)
        if hook.get_hookimpls() and hasattr(run.provider, "joins"):
            # What the hook puts into the template is no part of any fingerprint: start anew.
            run.provider.joins = False
    elif not hook.get_hookimpls():
        premade = (f"{run.prefix}main", f"{run.prefix}main_rollback")
    template = template_of(
        settings,
        run.root,
        run.table,
        prefix=run.prefix,
        name=f"{run.prefix}template" if run.provider.name == "existing" else TEMPLATE,
        stamp=stamp,
        premade=premade,
    )
    wanted = wanted_of(
        settings, template, run_id=info.id, folder=run.folder.path, port=info.port, password=info.password
    )
    try:
        return open_sandbox(run.provider, wanted, run.folder, template, ready=hook if hook.get_hookimpls() else None)
    except MissingExtensions as error:
        from pytest_nself.server.choose import who_has

        error.remedy = who_has(frozenset(error.missing), run.provider.name, settings, run.before)
        raise


def end_run(run: Run) -> None:
    """End what the run started: server, container or databases; the watchdog removes the folder."""
    folder = run.folder
    state = folder.read_state()
    if state is None:
        folder.remove()  # held for workers of which none asked for a database
        return
    if "server" in state and run.provider is not None and not folder.is_kept():
        try:
            run.provider.end_run(Server.from_json(state["server"]), run.info.id)
            folder.ended()
        except Exception:
            # The watchdog tries once more, and the result of the run is not to be lost over it.
            pass
    settle()
    folder.let_go()


def kept_lines(run: Run) -> list[str]:
    """For each kept database the test it belongs to and the command that enters it."""
    folder = run.folder
    state = folder.read_state()
    if state is None or not folder.is_kept():
        return []
    server = Server.from_json(state["server"])
    lines = []
    for line in (folder.path / "kept").read_text().splitlines():
        test, dbname, _ = line.split("\t")
        lines.append(f"kept: {test}")
        # Over the socket the address holds no secret; that of somebody's server may not be printed.
        dsn = server.dsn_for(dbname)
        lines.append(f"  psql '{dsn.url() if server.ours else dsn}'")
    lines.append("  it ends with: nself db test-server stop; after a day the next run ends it")
    return lines
