"""The flags that every command takes, after the verb."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple

import click

from . import present
from .invocation import NO_GUARD, ORDINARY, Invocation


class Options(NamedTuple):
    """The common flags as they were given; None is "not given"."""

    env: str | None = None
    dsn: str | None = None
    json: bool = False
    verbose: bool = False
    quiet: bool = False
    debug: bool = False
    dry_run: bool = False
    yes: bool = False
    confirm: str | None = None


_ON_A_DATABASE = (
    click.option("--env", metavar="NAME", help="Environment: dev, staging, production or your own."),
    click.option("--dsn", metavar="URL", help="Database to work on, instead of the environment's."),
    click.option("-v", "--verbose", is_flag=True, help="Print all that is sent, as it is sent."),
    click.option("--show-sql", is_flag=True, hidden=True),  # of earlier releases: --verbose
)
_EVERY = (
    click.option("--json", is_flag=True, help="Print one JSON document."),
    click.option("-q", "--quiet", is_flag=True, help="Print errors and the final status only."),
    click.option("--debug", is_flag=True, help="Say what was decided and why; show tracebacks."),
)
_WRITING = (
    click.option("--dry-run", is_flag=True, help="Print the SQL that would run; change nothing."),
    click.option("--yes", is_flag=True, help="Answer yes to ordinary questions."),
    click.option("--force", is_flag=True, hidden=True),  # of earlier releases: --yes
    click.option("--confirm", metavar="WORDS", help="Give the words that a production database asks for."),
)
FORMATS = ("table", "sarif", "github")
COMMON_FLAGS = frozenset(
    "--env --dsn --json -v --verbose -q --quiet --debug --dry-run --yes --force --show-sql --confirm".split()  # noqa: SIM905
)


def common_options(
    *,
    writes: bool,
    guard: str | None = None,
    refused_in: tuple[str, ...] = (),
    words: str | None = None,
    database: bool = True,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add the common flags; the function gets them as one `Options`, and the `Invocation` learns the output's form.

    `guard` is how the command's work is guarded: "none", "ordinary" or "destructive" (default: ordinary if it writes,
    else none); in the environments `refused_in` it is never done; `words` must be typed in each that does not ask for
    stronger ones. The table of the reference is made from these. Without `database` the command works on files alone.
    """
    declared = guard or (ORDINARY if writes else NO_GUARD)

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        @click.pass_context
        def command(ctx: click.Context, /, **given: Any) -> Any:
            if given.pop("force", False):
                given["yes"] = True
            if given.pop("show_sql", False):
                given["verbose"] = True
            own = {name: given.pop(name) for name in Options._fields if name in given}
            options = Options(**own)
            invocation = ctx.find_object(Invocation)
            assert invocation is not None  # main() puts it there
            invocation.command = present.spoken(ctx)
            invocation.json, invocation.verbose, invocation.quiet = options.json, options.verbose, options.quiet
            invocation.debug = options.debug
            invocation.guard, invocation.refused_in, invocation.words = declared, refused_in, words
            if options.verbose and options.quiet:
                raise click.UsageError("--verbose and --quiet say the opposite: give one.", ctx)
            return function(invocation, options, **given)

        result: Callable[..., Any] = command
        shown = (*(_ON_A_DATABASE if database else ()), *_EVERY, *(_WRITING if writes else ()))
        for option in reversed(shown):
            result = option(result)
        result.guard, result.refused_in, result.words = declared, refused_in, words  # type: ignore[attr-defined]
        return result

    return decorate


def findings_format(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add --format to a command that checks, below `common_options`; it gets `form`, for `present.checked`."""

    @wraps(function)
    def command(invocation: Invocation, options: Options, /, **given: Any) -> Any:
        if options.json and given["form"] is not None:
            raise click.UsageError("--json and --format say the opposite: give one.", click.get_current_context())
        return function(invocation, options, **given)

    return click.option(
        "--format",
        "form",
        type=click.Choice(FORMATS),
        help="Print the findings as a table, as SARIF 2.1.0, or as annotations of GitHub Actions.",
    )(command)
