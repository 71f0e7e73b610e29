"""Draw docs/terminal.svg: what `pytest` prints in a copy of example_project, on the embedded server.

`python docs/terminal_svg.py`. Only the standard library; the colours are those that pytest sends.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from xml.sax.saxutils import escape

ROOT = Path(__file__).parents[1]
PROVIDER = "--nself-provider=embedded"
COLUMNS = 92
CHARACTER, LINE, MARGIN, BAR = 8.4, 19, 18, 34
COLOURS = {31: "#ff7b72", 32: "#7ee787", 33: "#e3b341", 34: "#79c0ff", 35: "#d2a8ff", 36: "#76e3ea", 37: "#e6edf3"}
TEXT, GROUND, FRAME = "#c9d1d9", "#0d1117", "#161b22"
_SGR = re.compile(r"\x1b\[([\d;]*)m")


@dataclass(frozen=True, slots=True)
class Ink:
    """How characters look."""

    colour: str = TEXT
    bold: bool = False


def main() -> int:
    """Run, draw, write."""
    lines = [f"\x1b[32m$\x1b[0m pytest {PROVIDER}", *run()]
    (ROOT / "docs/terminal.svg").write_text(draw(lines), encoding="utf-8")
    print(f"wrote docs/terminal.svg, {len(lines)} lines")
    return 0


def run() -> list[str]:
    """The lines that pytest prints, colours included. The second run: on a warm cache, as nearly all runs are."""
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder).resolve() / "example_project"
        ignored = shutil.ignore_patterns(".*", "__pycache__", "*.egg-info")
        shutil.copytree(ROOT / "example_project", project, ignore=ignored)
        for _ in range(2):
            result = subprocess.run(
                command(), cwd=project, env=environment(), capture_output=True, text=True, check=False
            )
        if result.returncode != 0:
            raise SystemExit(result.stdout[-2000:] + result.stderr)
        said = result.stdout.replace(str(project), "~/example_project")
    return said.rstrip().splitlines()


def command() -> list[str]:
    """pytest with our plugin alone, whatever else is installed here."""
    options = [PROVIDER, "--color=yes", "-p", "no:cacheprovider", "-p", "pytest_nself.plugin"]
    return [sys.executable, "-m", "pytest", *options]


def environment() -> dict[str, str]:
    """The environment without what would change the picture."""
    foreign = ("PG", "DATABASE_URL", "POSTGRES_", "NSELF_", "PYTEST_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    extra = {"COLUMNS": str(COLUMNS), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    return {**kept, **extra}


def draw(lines: list[str]) -> str:
    """The picture of a terminal with these lines."""
    width, height = round(COLUMNS * CHARACTER + 2 * MARGIN), BAR + len(lines) * LINE + 2 * MARGIN
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}">',
        "<title>pytest in example_project: a real PostgreSQL, all tests passed</title>",
        f'<rect width="{width}" height="{height}" rx="8" fill="{GROUND}"/>',
        f'<path d="M0 {BAR}V8a8 8 0 0 1 8-8h{width - 16}a8 8 0 0 1 8 8v{BAR - 8}z" fill="{FRAME}"/>',
    ]
    for number, colour in enumerate(("#ff5f57", "#febc2e", "#28c840")):
        out.append(f'<circle cx="{20 + 20 * number}" cy="{BAR / 2:g}" r="6" fill="{colour}"/>')
    font = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace"
    out.append(f'<g font-family="{font}" font-size="14" xml:space="preserve">')
    for number, line in enumerate(lines):
        y = BAR + MARGIN + 12 + number * LINE
        column = 0
        for text, ink in inked(line):
            # Each piece has its own place and length, so that any font keeps the columns.
            weight = ' font-weight="bold"' if ink.bold else ""
            place = f'x="{MARGIN + column * CHARACTER:.1f}" y="{y}" textLength="{len(text) * CHARACTER:.1f}"'
            out.append(f'<text {place} fill="{ink.colour}"{weight}>{escape(text)}</text>')
            column += len(text)
    return "\n".join([*out, "</g>", "</svg>"]) + "\n"


def inked(line: str) -> Iterator[tuple[str, Ink]]:
    """The pieces of a line, each with its look; neighbours that look the same are one piece."""
    ink, waiting, looks = Ink(), "", Ink()
    for number, piece in enumerate(_SGR.split(line)):
        if number % 2:
            for code in (int(one or 0) for one in piece.split(";")):
                ink = _changed(ink, code)
        elif piece:
            if waiting and ink != looks:
                yield waiting, looks
                waiting = ""
            waiting, looks = waiting + piece, ink
    if waiting:
        yield waiting, looks


def _changed(ink: Ink, code: int) -> Ink:
    if code == 0:
        return Ink()
    if code == 1:
        return replace(ink, bold=True)
    return replace(ink, colour=COLOURS[code]) if code in COLOURS else ink


if __name__ == "__main__":
    raise SystemExit(main())
