"""Reading a schema.dbml of 10, 100 and 1000 tables: ours, pydbml, and @dbml/core, the language's own parser.

Each measurement is a process of its own that reads the same file twice; imports do not count. The first reading is what
a command does; the second is what a program that stays gets, once an engine that compiles while it runs has warmed up.
All ways resolve references and refuse what is missing; ours judges the whole file besides.
"""

from __future__ import annotations

import shutil
import subprocess
from functools import partial
from pathlib import Path

from ground import Ground, ground
from measuring import Figures, Skipped, Way, ahead, arguments, at_most, interleave, show
from node import node_modules

CORE = "@dbml/core"
LIMIT_MS = 300
OURS = """
import sys, time
from pathlib import Path
from pytest_nself.schema.validation import validate
text = Path(sys.argv[1]).read_text()
for _ in range(2):
    began = time.perf_counter()
    validation = validate(text, "schema.dbml")
    print((time.perf_counter() - began) * 1000)
    assert not validation.findings and not validation.missing, validation.findings[:3]
    assert len(validation.schema.tables) == int(sys.argv[2])
"""
PYDBML = """
import sys, time, warnings
from pathlib import Path
warnings.simplefilter("ignore")
from pydbml import PyDBML
text = Path(sys.argv[1]).read_text()
for _ in range(2):
    began = time.perf_counter()
    database = PyDBML(text)
    print((time.perf_counter() - began) * 1000)
    assert len(database.tables) == int(sys.argv[2])
"""
NODE = """
const { readFileSync } = require("fs");
const { Parser } = require("@dbml/core");
const text = readFileSync(process.argv[2], "utf8");
for (let round = 0; round < 2; round++) {
  const began = process.hrtime.bigint();
  const database = new Parser().parse(text, "dbmlv2");
  console.log(Number(process.hrtime.bigint() - began) / 1e6);
  if (database.schemas[0].tables.length !== Number(process.argv[3])) throw new Error("not all tables were read");
}
"""
STATE = """Enum state {
  draft
  live [note: 'everybody sees it']
}

"""
TABLE = """// orders of that kind
Table table_{number} {{
  id bigint [pk, increment]
  parent_id bigint [ref: > table_{parent}.id]
  owner_id bigint [not null]
  code varchar(40) [not null, unique]
  name text [not null]
  description text
  state state [not null, default: 'draft']
  price numeric(10,2) [not null, default: 0]
  quantity integer [default: 1, note: 'in pieces']
  weight "double precision"
  tags text[]
  data jsonb [not null, default: '{{}}']
  active boolean [not null, default: true]
  created_at timestamptz [not null, default: `now()`]
  updated_at timestamptz

  indexes {{
    (owner_id, created_at) [name: 'table_{number}_by_owner']
    `lower(name)`
  }}

  Note: 'one of many'
}}

Ref: table_{number}.owner_id > table_{owner}.id [delete: cascade]
"""


def main() -> None:
    options = arguments(__doc__, 5)
    with ground() as place:
        modules = node_modules(place, CORE)
        for count in (10, 100, 1000):
            compare(place, modules, count, options.runs)


def text_of(count: int) -> str:
    """A file that all three can read: each table has 15 columns, two references, two indexes, a note and a comment."""
    tables = [
        TABLE.format(number=f"{number:04}", parent=f"{number // 2:04}", owner=f"{number // 3:04}")
        for number in range(count)
    ]
    return STATE + "\n".join(tables)


def compare(place: Ground, modules: Path | str, count: int, runs: int) -> None:
    """Print what each way takes for a file of that many tables."""
    project = place.project(f"dbml-{count}", {"schema.dbml": text_of(count), "read.cjs": NODE})

    def run(*command: str, more: dict[str, str] | None = None) -> Figures:
        done = subprocess.run(
            [*command, "schema.dbml", str(count)],
            cwd=project,
            env=place.environment(more),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise SystemExit(f"{command[0]}: {done.stdout}{done.stderr[-3000:]}")
        first, second = map(float, done.stdout.split())
        return {"first": first, "second": second}

    def pydbml() -> Figures:
        place.has("pydbml")
        return run(str(place.python), "-c", PYDBML)

    def core() -> Figures:
        if isinstance(modules, str):
            raise Skipped(modules)
        return run(shutil.which("node") or "node", "read.cjs", more={"NODE_PATH": str(modules)})

    ways = [
        Way("pytest-nself, with all of its judgement", "us", partial(run, str(place.python), "-c", OURS)),
        Way(CORE, "peer", core),
        Way("pydbml", "peer", pydbml, every=5 if count >= 1000 else 1),
    ]
    measured = interleave(ways, runs)
    largest = count == 1000
    first = [at_most(LIMIT_MS), ahead(10, CORE), ahead(10, "pydbml")] if largest else []
    show(f"a file of {count} tables: the first reading in a process", measured, "first", first)
    show("the same: the second", measured, "second", [ahead(10, CORE)] if largest else [])


if __name__ == "__main__":
    main()
