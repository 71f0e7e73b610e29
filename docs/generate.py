"""Write the reference pages from the code that they describe: `python docs/generate.py`; `--check` only compares.

Settings come from `SETTINGS`, fixtures and hooks from their docstrings, markers from the plugin's list, commands from
click, errors from their classes, and the map of layers from the packages' captions.
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

DOCS = ROOT / "docs"
NOTE = "<!-- generated: python docs/generate.py -->\n\n"


def main(arguments: list[str]) -> int:
    """Write, or with `--check` compare, every page; the exit code."""
    stale = [path for path, text in pages().items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    if "--check" in arguments:
        for path in stale:
            print(f"{path.relative_to(ROOT)} is not what the code says: run python docs/generate.py")
        return 1 if stale else 0
    new = pages()
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(new[path], encoding="utf-8")
        print(f"wrote {path.relative_to(ROOT)}")
    return 0


def pages() -> dict[Path, str]:
    """Every generated page with the text it should have."""
    made: dict[str, Callable[[], str]] = {
        "settings.md": settings,
        "fixtures.md": fixtures,
        "markers.md": markers,
        "hooks.md": hooks,
        "cli.md": commands,
        "errors.md": errors,
        "hazards.md": hazards,
    }
    texts = {DOCS / "reference" / name: _with_note(make()) for name, make in made.items()}
    for page, name, make_part in (
        (DOCS / "explanation" / "architecture.md", "layers", layers),
        (DOCS / "reference" / "environments.md", "guards", guards),
    ):
        texts[page] = _put(page.read_text(encoding="utf-8"), name, make_part())
    return texts


def _with_note(text: str) -> str:
    title, _, rest = text.partition("\n")
    return f"{title}\n\n{NOTE}{rest.strip()}\n"


def _put(page: str, name: str, text: str) -> str:
    """The page with the text between `<!-- generated: name -->` and `<!-- generated: end -->`."""
    start, end = f"<!-- generated: {name} -->\n", "<!-- generated: end -->"
    before, found, rest = page.partition(start)
    if not found or end not in rest:
        raise SystemExit(f"the page has no place for {name}")
    return before + start + text + end + rest.partition(end)[2]


def settings() -> str:
    """The page of settings: a table of spellings, then each with its meaning."""
    from pytest_nself.project.settings import SETTINGS

    out = [
        "# Settings\n",
        "Two kinds: those of the tests, and [those of the command line](#settings-of-the-command-line), which works on "
        "databases of yours.\n",
        "The first that is given counts: flag, variable, ini key, `[tool.nself]` in `pyproject.toml`, default. The ini "
        "keys stand in `[tool.pytest]`, `[tool.pytest.ini_options]` or `pytest.ini`.\n",
        "| Ini key | Means | Default |\n|---|---|---|",
    ]
    out += [f"| [`{s.ini}`](#{s.ini}) | {_cell(s.help)} | {_default(s)} |" for s in SETTINGS]
    for s in SETTINGS:
        out.append(f"\n## {s.ini}\n\n{_sentence(s.help)}\n\n| | |\n|---|---|")
        rows = {
            "Ini key": f"`{s.ini}`",
            "Flag": f"`{s.option}`" if s.flag else "none",
            "Variable": f"`{s.variable}`",
            "In `[tool.nself]`": f"`{s.name}`",
            "Kind": _kind(s),
            "Default": _default(s),
        }
        out += [f"| {name} | {value} |" for name, value in rows.items()]
    return "\n".join(out) + "\n" + RECIPE + _database_settings()


def _database_settings() -> str:
    """The settings of the command line: one table."""
    from pytest_nself.project.declared import DATABASE_SETTINGS

    out = [
        "\n## Settings of the command line\n",
        "The first that is given counts: flag, variable in the process environment, variable in an "
        "[env file](environments.md#env-files), key in `[tool.nself]`, default. Seconds are a number, or a number with "
        "a unit: `500ms`, `30s`, `5min`.\n",
        "| Variable | Means | Kind | Default | Flag | In `[tool.nself]` | Effect |\n|---|---|---|---|---|---|---|",
    ]
    for s in DATABASE_SETTINGS:
        if not s.removed:
            variables = " or ".join(f"`{one}`" for one in s.variables)
            flag = f"`{s.flag}`" if s.flag else "none"
            effect = s.effect or "yes"
            row = (variables, _cell(s.help), _kind(s), _default(s), flag, f"`{s.name}`", effect)
            out.append(f"| {' | '.join(row)} |")
    out += [
        "\nSettings of earlier releases that were removed for safety. They are read, have no effect, and a run says so "
        "when they ask for something else than what happens:\n",
        "| Variable | Did | Now |\n|---|---|---|",
    ]
    for s in DATABASE_SETTINGS:
        if s.removed:
            variables = " or ".join(f"`{one}`" for one in s.variables)
            out.append(f"| {variables} | {_cell(s.help)} | {s.removed} |")
    return "\n".join(out) + "\n"


RECIPE = """
## [tool.nself.recipe]

How the database is built where that is not a folder of migrations. A table of its own in `pyproject.toml`:

| Key | Means |
|---|---|
| `command` | a command, as text or as a list of words, run in the project's folder; `DATABASE_URL` names the database |
| `callable` | instead of a command: `module:function`, called with the database's URL |
| `inputs` | globs below the project's folder; a change of these files builds the database anew |
"""


def _kind(setting: object) -> str:
    kind, choices, unit = setting.kind, getattr(setting, "choices", ()), setting.unit  # type: ignore[attr-defined]
    if choices:
        return "one of " + ", ".join(f"`{one}`" for one in choices)
    by_line = getattr(setting, "by_line", False)
    words = {
        "bool": "`true` or `false`",
        "list": "a list; in a variable the items are separated by " + ("semicolons" if by_line else "blanks or commas"),
        "seconds": "a number of seconds",
        "count": "a whole number",
    }
    return words.get(kind, "text") + (f" ({unit})" if unit and kind != "seconds" else "")


def _default(setting: object) -> str:
    value, unit = setting.default, setting.unit  # type: ignore[attr-defined]
    if value in (None, ()):
        return "unset" if value is None else "empty"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, float):
        return f"`{value:g}`" + (f" {unit}" if unit else "")
    return f"`{value}`"


def fixtures() -> str:
    """The page of fixtures, from the plugin's source."""
    out = ["# Fixtures\n"]
    for function in _functions(ROOT / "pytest_nself/plugin/fixtures.py"):
        if not (decorator := _fixture(function)):
            continue
        scope = re.search(r"scope='(\w+)'", decorator)
        gives = _gives(function)
        text = (ast.get_docstring(function) or "").strip()
        out.append(
            f"## {function.name}\n\nScope: {scope[1] if scope else 'function'}. Gives `{gives}`.\n\n{_prose(text)}\n"
        )
    return "\n".join(out)


def _fixture(function: ast.FunctionDef) -> str:
    return next(
        (text for one in function.decorator_list if (text := ast.unparse(one)).startswith("pytest.fixture")), ""
    )


def _gives(function: ast.FunctionDef) -> str:
    text = ast.unparse(function.returns) if function.returns else "None"
    inner = re.fullmatch(r"(?:Async)?Iterator\[(.*)\]", text)
    return (inner[1] if inner else text).replace("[Any]", "")


def markers() -> str:
    """The page of markers."""
    from pytest_nself.plugin.options import MARKERS

    out = ["# Markers\n"]
    for marker in MARKERS:
        call, _, text = marker.partition(": ")
        out.append(f"## {call.partition('(')[0]}\n\n`@pytest.mark.{call}`\n\n{_sentence(text)}\n")
    return "\n".join(out)


def hooks() -> str:
    """The page of hooks that a conftest may implement."""
    out = ["# Hooks\n", "Functions that a `conftest.py` may define.\n"]
    for function in _functions(ROOT / "pytest_nself/plugin/hookspecs.py"):
        call = f"{function.name}({ast.unparse(function.args)})"
        out.append(f"## {function.name}\n\n`{call}`\n\n{_prose((ast.get_docstring(function) or '').strip())}\n")
    return "\n".join(out)


def commands() -> str:
    """The page of the command line, walked from its root."""
    from nself_cli.exit_codes import MEANINGS
    from nself_cli.tree import root

    out = ["# Command line\n", "Exit codes:\n", "| Code | Means |\n|---|---|"]
    out += [f"| {number} | {_cell(text)} |" for number, text in MEANINGS.items()]
    for path, command in walk_commands("nself", root):
        out.append(f"\n## {path}\n\n```text\n{_usage(path, command)}\n```\n\n{_help(command)}")
        shown = [p for p in command.params if p.param_type_name == "option" and not getattr(p, "hidden", False)]
        if shown:
            out.append("\n| Option | Means |\n|---|---|")
            out += [f"| `{_spelling(p)}` | {_cell(getattr(p, 'help', None) or 'Show the version.')} |" for p in shown]
    return "\n".join(out) + "\n"


def guards() -> str:
    """Every command by environment: what it asks, from what the commands declare and the guard decides."""
    import click

    from nself_cli.guard import words_wanted
    from nself_cli.invocation import DESTRUCTIVE
    from nself_cli.tree import root

    columns = {"dev, test": "dev", "staging, your own": "staging", "production": "production"}
    out = ["", f"| Command | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
    for path, command in walk_commands("nself", root):
        if isinstance(command, click.Group):
            continue
        declared = command.callback  # type: ignore[attr-defined]
        cells = []
        for environment in columns.values():
            words = words_wanted(environment, declared.guard, declared.words)
            asked = "does not ask" if words is None else f"asks to type `{words}`"
            if environment in declared.refused_in:
                asked = "refused"
            elif words is None and environment == "dev" and declared.guard == DESTRUCTIVE:
                asked = "does not ask, says what would be gone"
            cells.append(asked)
        out.append(f"| `{path}` | {' | '.join(cells)} |")
    return "\n".join(
        [*out, "", "Scripts say `--yes` for `yes`, and `--confirm` with the words for the others.", "", ""]
    )


def walk_commands(path: str, command: object) -> Iterator[tuple[str, object]]:
    """Every command that is not hidden, with the words that call it: the root first, then in the order of its help."""
    import click

    assert isinstance(command, click.Command)
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            if below is not None and not below.hidden:
                yield from walk_commands(f"{path} {name}", below)


def _usage(path: str, command: object) -> str:
    import click

    assert isinstance(command, click.Command)
    context = click.Context(command, info_name=path)
    return " ".join([path, *command.collect_usage_pieces(context)])


def _spelling(parameter: object) -> str:
    names = sorted(parameter.opts, key=len)  # type: ignore[attr-defined]
    metavar = getattr(parameter, "metavar", None)
    return ", ".join(names) + (f" {metavar}" if metavar else "")


def _help(command: object) -> str:
    text, _, examples = (command.help or "").replace("\f", "").partition("\b\n")  # type: ignore[attr-defined]
    out = _prose(text.strip())
    if examples:
        lines = [line.strip() for line in examples.strip().splitlines() if line.startswith("  ")]
        out += "\n\n```sh\n" + "\n".join(lines) + "\n```"
    return out


def errors() -> str:
    """The page of errors: each class with its docstring, below the class it is a case of."""
    from pytest_nself.core import errors as module

    def tree(kind: type[Exception], depth: int) -> Iterator[str]:
        first = _prose((kind.__doc__ or "").strip()).split("\n\n")[0]
        yield f"{'  ' * depth}- `{kind.__name__}`: {first[0].lower()}{first[1:]}"
        for below in kind.__subclasses__():
            if below.__module__ == module.__name__:
                yield from tree(below, depth + 1)

    out = [
        "# Errors\n",
        "Every error says three things, in `problem`, `cause` and `remedy`: what is wrong, why (or what was tried), "
        "and what to do. Where a file is wrong, the text begins with its path and line. "
        "All are in `pytest_nself.core.errors`.\n",
        *tree(module.NselfError, 0),
    ]
    return "\n".join(out) + "\n"


def hazards() -> str:
    """The page of the hazards that `migrate lint` finds, from their files."""
    from pytest_nself.checks.hazards import hazards as registry

    out = [
        "# Hazards of migrations\n",
        "What [`nself db migrate lint`](../how-to/lint.md) finds in migrations. How bad a hazard is goes by the size "
        "of its table. *By size*: it counts in full from 100,000 rows or 64 MB on, or where nobody knows, one step "
        "less on a smaller table, and on an empty one it is a note. *By rows*: it is a note on an empty table alone.\n",
        "Beside these there are `migration-fails`, for what the server refuses, and `migration-cannot-be-sent`, for a "
        "file that cannot be sent to one: errors both. What `--with squawk` adds begins with `squawk-`.\n",
        "| Hazard | Is | Severity |\n|---|---|---|",
    ]
    found = sorted(registry(), key=lambda hazard: hazard.id)
    for hazard in found:
        weight = "" if hazard.weight.value == "always" else f", by {hazard.weight.value}"
        out.append(f"| [`{hazard.id}`](#{hazard.id}) | {_cell(hazard.title)} | {hazard.severity}{weight} |")
    for hazard in found:
        out.append(f"\n## {hazard.id}\n\n{hazard.why}\n\n```sql\n{hazard.bad}\n```\n\n{hazard.safe}")
        for text in hazard.good:
            out.append(f"\n```sql\n{text}\n```")
        if hazard.squawk:
            out.append(f"\nIn squawk: {', '.join(f'`{name}`' for name in hazard.squawk)}.")
    return "\n".join(out) + "\n"


def layers() -> str:
    """The packages from high to low, each with its caption."""
    out = ["", "| Layer | Is |", "|---|---|"]
    for layer in held_layers():
        for name in layer:
            folder = ROOT / name if name == "nself_cli" else ROOT / "pytest_nself" / name
            caption = ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8"))) or ""
            out.append(f"| `{name}` | {_cell(_prose(caption).partition(chr(10))[0])} |")
    return "\n".join(out) + "\n\n"


def held_layers() -> list[list[str]]:
    """The layers that import-linter holds, high to low; siblings together. The command is the plugin's sibling."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    lines = next(one["layers"] for one in contracts if one.get("containers") == ["pytest_nself"])
    split = [[name.strip() for name in line.split("|")] for line in lines]
    return [[*split[0], "nself_cli"], *split[1:]]


def _functions(path: Path) -> Iterator[ast.FunctionDef]:
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node


def _prose(text: str) -> str:
    """A docstring as Markdown: paragraphs, and names in code."""
    paragraphs = re.split(r"\n\s*\n", re.sub(r"[ \t]+\n", "\n", text))
    return "\n\n".join(_code(" ".join(line.strip() for line in one.splitlines())) for one in paragraphs)


# Our fixtures and settings (`nself_db`, `nself_rollback(False)`, `nself_fixtures["users"].id`), attributes and methods.
_NAMES = re.compile(r"(?<![`\w.])((?:nself_\w+(?:\[[^\]]*\]\.\w+|\([^)]*\))?)|\.\w+\([^)]*\)|\.[a-z]\w+)(?![`\w])")


def _code(text: str) -> str:
    return _NAMES.sub(r"`\1`", text)


def _sentence(text: str) -> str:
    text = _code(text.strip())
    return f"{text[0].upper()}{text[1:]}" + ("" if text.endswith(".") else ".")


def _cell(text: str) -> str:
    return _code(text).replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
