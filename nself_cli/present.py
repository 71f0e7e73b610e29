"""What a person, or a program, reads: the only place that prints. Data goes to stdout, everything else to stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .invocation import Invocation

if TYPE_CHECKING:
    import click

SCHEMA = 1


def line(text: str) -> None:
    """One line of data."""
    print(text)


def note(invocation: Invocation, text: str) -> None:
    """Something said beside the data; nothing of it with --quiet."""
    if not invocation.quiet:
        print(text, file=sys.stderr, flush=True)


def help_text(text: str) -> None:
    """Help that was not asked for."""
    print(text, file=sys.stderr)


def ask(question: str) -> str:
    """A question on the terminal; what was typed."""
    print(question, end=" ", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip()


def done(invocation: Invocation, text: str, data: Mapping[str, Any], *, ok: bool = True) -> None:
    """The end of a command: `text` for a person, `data` for a program."""
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
    if invocation.json:
        return
    for finding in invocation.findings:
        if finding.severity > 1:
            note(invocation, str(finding))


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
        print(f"Error: {problem}", file=sys.stderr)


def usage_error(invocation: Invocation, problem: click.UsageError) -> None:
    """A wrong call."""
    if invocation.json:
        said = {"kind": "Usage", "problem": problem.format_message(), "cause": "", "remedy": "", "place": None}
        if problem.ctx is not None:
            invocation.command = invocation.command or " ".join(problem.ctx.command_path.split()[1:])
            said["remedy"] = f"{problem.ctx.command_path} --help"
        _document(invocation, {}, ok=False, error=said)
        return
    print(f"Error: {problem.format_message()}", file=sys.stderr)
    if problem.ctx is not None:
        print(problem.ctx.get_usage(), file=sys.stderr)
        print(f"Help: {problem.ctx.command_path} --help", file=sys.stderr)


def interrupted(invocation: Invocation, cause: BaseException | None) -> None:
    """Ctrl-C: what is done and what is not."""
    said: str = getattr(cause, "standing", "Nothing was changed.")
    if invocation.json:
        problem = {"kind": "Interrupted", "problem": "Interrupted.", "cause": said, "remedy": "", "place": None}
        _document(invocation, {}, ok=False, error=problem)
    else:
        print(f"Interrupted. {said}", file=sys.stderr)


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
    }
