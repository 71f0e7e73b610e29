"""What a person, or a program, reads: the only place that prints. Data goes to stdout, everything else to stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from .invocation import Invocation

if TYPE_CHECKING:
    import click

SCHEMA = 1
_ALIKE = 10
"""How many findings of one rule a person is shown."""


def line(text: str) -> None:
    """One line of data."""
    print(text)


def note(invocation: Invocation, text: str) -> None:
    """Something said beside the data; nothing of it with --quiet."""
    if not invocation.quiet:
        _end_progress(invocation)
        print(text, file=sys.stderr, flush=True)


def note_once(invocation: Invocation, text: str) -> None:
    """The same, for what is found out again on the way."""
    if text not in invocation.noted:
        invocation.noted.add(text)
        note(invocation, text)


def debug(invocation: Invocation, text: str) -> None:
    """What was decided, and why: with --debug or NSELF_DEBUG."""
    if invocation.debug:
        note(invocation, f"debug: {text}")


def shows_progress(invocation: Invocation) -> bool:
    """Whether a person looks at the terminal and wants to know."""
    return not invocation.quiet and not invocation.json and sys.stderr.isatty()


def progress(invocation: Invocation, text: str) -> None:
    """Where the work is, on one line of the terminal; what is printed next takes its place."""
    if not shows_progress(invocation):
        return
    shown = "".join(one if one.isprintable() else " " for one in text)[: _columns() - 1]
    _end_progress(invocation)
    print(f"\r{shown}", end="", file=sys.stderr, flush=True)
    invocation.progress = True


def _end_progress(invocation: Invocation) -> None:
    if invocation.progress:
        print(f"\r{' ' * (_columns() - 1)}\r", end="", file=sys.stderr, flush=True)
        invocation.progress = False


def _columns(stream: TextIO | None = None) -> int:
    try:
        return os.get_terminal_size((stream or sys.stderr).fileno()).columns or 80
    except OSError:
        return 80


def warn(text: str) -> None:
    """What must be read even with --quiet."""
    print(text, file=sys.stderr, flush=True)


def help_text(text: str) -> None:
    """Help that was not asked for."""
    print(text, file=sys.stderr)


def ask(question: str) -> str:
    """A question on the terminal; what was typed, empty when the input ends (Ctrl-D)."""
    print(question, end=" ", file=sys.stderr, flush=True)
    typed = sys.stdin.readline()
    if not typed.endswith("\n"):
        print(file=sys.stderr)
    return typed.strip()


def done(invocation: Invocation, text: str, data: Mapping[str, Any], *, ok: bool = True) -> None:
    """The end of a command: `text` for a person, `data` for a program."""
    _end_progress(invocation)
    if invocation.json:
        _document(invocation, data, ok=ok, error=None)
    elif text:
        print(text)


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows as columns of text, each as wide as its widest value."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(value.ljust(width) for value, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def findings(invocation: Invocation) -> None:
    """The findings that a person should see."""
    if invocation.json or not invocation.findings:
        return
    from pytest_nself.core.finding import Severity

    shown: dict[str, int] = {}
    for finding in invocation.findings:
        if finding.severity > Severity.INFO:
            shown[finding.rule] = shown.get(finding.rule, 0) + 1
            if shown[finding.rule] <= _ALIKE:
                note(invocation, str(finding))
    for rule, count in shown.items():
        if count > _ALIKE:
            note(invocation, f"and {count - _ALIKE} more like it [{rule}]; --json lists them all")


def checked(invocation: Invocation, form: str | None, text: str, data: Mapping[str, Any], *, ok: bool) -> None:
    """The end of a command that checks. With a form (see --format) its findings are the data, all of them."""
    if form is None:
        findings(invocation)
        done(invocation, text, data, ok=ok)
        return
    _end_progress(invocation)
    if said := _formatted(invocation.findings, form):
        print(said)
    note(invocation, text)


def _formatted(found: Sequence[Any], form: str) -> str:
    if form == "table":
        from pytest_nself.checks.formats import table as tables

        return tables.table(found, _columns(sys.stdout) if sys.stdout.isatty() else None)
    from pytest_nself.checks.formats.places import from_repository, stand_in

    placed = from_repository(found, Path.cwd())
    if form == "sarif":
        from pytest_nself.checks.formats.sarif import sarif

        return sarif(placed, stand_in=stand_in(Path.cwd()))
    from pytest_nself.checks.formats.github import annotations

    return "\n".join(annotations(placed))


def error(invocation: Invocation, problem: Any) -> None:
    """One of our errors: what, why, what to do."""
    if invocation.json:
        said = {
            "kind": type(problem).__name__,
            "problem": problem.problem,
            "cause": problem.cause,
            "remedy": problem.remedy,
            "place": str(problem.place) if problem.place is not None else None,
        }
        _document(invocation, {}, ok=False, error=said)
    else:
        _end_progress(invocation)
        print(f"Error: {problem}", file=sys.stderr)


def unexpected(invocation: Invocation, problem: Exception, *, with_traceback: bool) -> None:
    """An error that is none of ours: one line, and how to see more; the traceback only where it is wanted."""
    _end_progress(invocation)
    if with_traceback:
        from traceback import format_exception

        print("".join(format_exception(problem)).rstrip(), file=sys.stderr)
    text = " ".join(str(problem).split())
    said = f"Unexpected {type(problem).__name__}" + (f": {text}" if text else "")
    remedy = "" if with_traceback else "set NSELF_DEBUG=true for the traceback, and report it"
    if invocation.json:
        document = {"kind": "Unexpected", "problem": said, "cause": "", "remedy": remedy, "place": None}
        _document(invocation, {}, ok=False, error=document)
    else:
        print(f"Error: {said}" + (f" ({remedy})" if remedy else ""), file=sys.stderr)


def usage_error(invocation: Invocation, problem: click.UsageError) -> None:
    """A wrong call."""
    if invocation.json:
        said = {"kind": "Usage", "problem": problem.format_message(), "cause": "", "remedy": "", "place": None}
        if problem.ctx is not None:
            invocation.command = invocation.command or spoken(problem.ctx)
            said["remedy"] = f"{problem.ctx.command_path} --help"
        _document(invocation, {}, ok=False, error=said)
        return
    print(f"Error: {problem.format_message()}", file=sys.stderr)
    if problem.ctx is not None:
        print(problem.ctx.get_usage(), file=sys.stderr)
        print(f"Help: {problem.ctx.command_path} --help", file=sys.stderr)


def spoken(ctx: click.Context) -> str:
    """What was called: `db migrate up`, also for the spelling `db migrate:up`."""
    return " ".join(ctx.command_path.split()[1:]).replace(":", " ")


def interrupted(invocation: Invocation, cause: BaseException | None) -> None:
    """Ctrl-C: what is done and what is not."""
    said: str = getattr(cause, "standing", "Nothing was done.")
    _end_progress(invocation)
    if invocation.json:
        problem = {"kind": "Interrupted", "problem": "Interrupted.", "cause": said, "remedy": "", "place": None}
        _document(invocation, {}, ok=False, error=problem)
    else:
        print(f"Interrupted. {said}", file=sys.stderr)


def tolerate_any_text() -> None:
    """Print what the terminal's encoding lacks, or a file's name cannot say, as escapes; read any bytes."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    if hasattr(sys.stdin, "reconfigure"):
        sys.stdin.reconfigure(errors="replace")


def flush() -> bool:
    """Send what is buffered; False when whoever read us has gone."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        return False
    return True


def close_output() -> None:
    """Send what is left of stdout nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _document(invocation: Invocation, data: Mapping[str, Any], *, ok: bool, error: Mapping[str, Any] | None) -> None:
    import json

    document = {
        "schema": SCHEMA,
        "command": invocation.command,
        "env": invocation.environment,
        "ok": ok,
        "data": data,
        "findings": [_finding(one) for one in invocation.findings],
        "error": error,
    }
    print(json.dumps(document, indent=2, ensure_ascii=False, default=str))


def _finding(finding: Any) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": str(finding.severity),
        "subject": str(finding.subject),
        "message": finding.message,
        "remedy": finding.remedy,
        "place": str(finding.place) if finding.place is not None else None,
        "evidence": dict(finding.evidence),
    }
