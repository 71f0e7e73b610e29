"""`nself db schema diff`."""

from __future__ import annotations

from typing import Any

import click

from nself_cli import present
from nself_cli.exit_codes import DONE, FAILED
from nself_cli.invocation import Invocation
from nself_cli.options import Options, common_options


@click.command("diff")
@click.argument("other", metavar="[ENV]", required=False)
@click.option("--exit-code", is_flag=True, help="Exit with 1 where something differs.")
@click.option("--sql", is_flag=True, help="Print the SQL that would make ENV's database like this one.")
@common_options(writes=False)
def command(invocation: Invocation, options: Options, other: str | None, exit_code: bool, sql: bool) -> int:
    """Compare the schemas of two environments: this one and ENV. Without ENV it is `nself db diff`.

    `+` is missing in ENV, `-` is missing here, `~` is not alike. Both databases are read only.

    \b
    Examples:
      nself db schema diff staging
      nself db schema diff production --env staging --exit-code
    """
    if other is None:
        return _with_the_file(options, exit_code=exit_code, sql=sql)
    from nself_cli.commands._schema import data_of, read_live
    from nself_cli.run import start
    from pytest_nself.authoring.comparing import Compared, owned_by

    session = start(invocation, options)
    here = read_live(session)
    theirs = start(invocation, options._replace(env=other, dsn=None))
    there = read_live(theirs)
    invocation.environment = session.target.environment
    compared = Compared(there, owned_by(here, there.role))
    names = session.target.environment, theirs.target.environment
    lines = compared.lines
    if sql:
        from pytest_nself.authoring.trying import text_of
        from pytest_nself.catalog.changes import plan_changes

        text = text_of(plan_changes(compared.now, compared.wanted)).rstrip()
    elif lines:
        missing = {"+": f"missing in {names[1]}", "-": f"missing in {names[0]}"}
        said = [f"{one.sign} {one.kind}: {one.name} ({missing.get(one.sign, one.said)})" for one in lines]
        text = "\n".join([f"Schema differences ({names[0]} beside {names[1]}):", *said])
    else:
        text = f"The schemas of {names[0]} and {names[1]} are the same."
    ok = not (exit_code and lines)
    data: dict[str, Any] = {"here": names[0], "there": names[1], "differences": data_of(lines)}
    present.done(invocation, text, data, ok=ok)
    return DONE if ok else FAILED


def _with_the_file(options: Options, *, exit_code: bool, sql: bool) -> int:
    from importlib import import_module

    given = {"--env": options.env, "--dsn": options.dsn}
    flags = {
        "--json": options.json,
        "--verbose": options.verbose,
        "--quiet": options.quiet,
        "--debug": options.debug,
        "--exit-code": exit_code,
        "--sql": sql,
    }
    args = [word for flag, value in given.items() if value is not None for word in (flag, value)]
    args += [flag for flag, on in flags.items() if on]
    context = click.get_current_context()
    diff: click.Command = import_module("nself_cli.commands.diff").command
    with diff.make_context(context.info_name, args, parent=context.parent) as following:
        code: int = diff.invoke(following)
    return code
