"""Seeds as files: which there are, for whom, what they declare, and in which order they run."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from pytest_nself.core.errors import ConfigError, ToolMissing
from pytest_nself.core.finding import Severity
from pytest_nself.core.names import ObjectRef
from pytest_nself.core.place import Place
from pytest_nself.core.secret import Secret
from pytest_nself.core.step import CopyRows, Statement
from pytest_nself.data.seeds.drawing import svg
from pytest_nself.data.seeds.folder import read_seeds
from pytest_nself.data.seeds.graph import make_graph, mermaid
from pytest_nself.data.seeds.ordering import in_order
from pytest_nself.data.seeds.rows import read_rows
from pytest_nself.data.seeds.script import runner_of
from pytest_nself.data.seeds.seed_file import SeedError, SeedFile, Seeds
from pytest_nself.data.seeds.sql import destroys, runs_again, sql_steps
from pytest_nself.data.seeds.touching import TableName, touched
from pytest_nself.data.seeds.tree import NodeKind, json_text, read_json, read_yaml
from pytest_nself.data.seeds.variables import filled
from pytest_nself.data.written.cells import CellKind
from pytest_nself.project.folders import SEEDS, find_seeds_folder


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths are shown as seen from the project."""
    monkeypatch.chdir(tmp_path)


def seeds(root: Path, files: dict[str, str]) -> Seeds:
    """The seeds of a project with these files in `seeds/`."""
    for name, text in files.items():
        path = root / "seeds" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return read_seeds(root, root / "seeds")


def only(root: Path, name: str, text: str) -> SeedFile:
    """The one seed of a project."""
    found = seeds(root, {name: text})
    found.raise_errors()
    (file,) = found.files
    return file


class TestFolder:
    """Which folder it is, and what in it is a seed."""

    @pytest.mark.parametrize("place", SEEDS)
    def test_the_usual_folders(self, tmp_path: Path, place: str) -> None:
        """The one that holds a file is the project's."""
        (tmp_path / "db/seeds").mkdir(parents=True)
        (tmp_path / place / "common").mkdir(parents=True, exist_ok=True)
        (tmp_path / place / "common" / "1_a.sql").write_text("select 1;")
        assert find_seeds_folder(tmp_path) == tmp_path / place

    def test_two_folders_are_an_error(self, tmp_path: Path) -> None:
        """It names both, and the setting; the setting decides."""
        for place in ("seeds", "db/seeds"):
            (tmp_path / place).mkdir(parents=True)
            (tmp_path / place / "a.sql").write_text("select 1;")
        with pytest.raises(ConfigError, match="seeds and db/seeds"):
            find_seeds_folder(tmp_path)
        assert find_seeds_folder(tmp_path, "db/seeds") == tmp_path / "db/seeds"
        with pytest.raises(ConfigError, match="does not exist"):
            find_seeds_folder(tmp_path, "nowhere")

    def test_environments(self, tmp_path: Path) -> None:
        """Folders by their aliases, a tag in the root, and all for what has neither; common comes first."""
        found = seeds(
            tmp_path,
            {
                "common/1.sql": "select 1;",
                "_common/2.sql": "select 1;",
                "all/3.sql": "select 1;",
                "development/4.sql": "select 1;",
                "local/5.sql": "select 1;",
                "prod/6.sql": "select 1;",
                "staging/deep/7.sql": "select 1;",
                "8.sql": "select 1;",
                "9.sql": "-- +seed:env dev, prod\nselect 1;",
            },
        )
        tags = {file.name: file.tags for file in found}
        assert tags["common/1.sql"] == tags["_common/2.sql"] == tags["all/3.sql"] == tags["8.sql"] == ("all",)
        assert tags["development/4.sql"] == tags["local/5.sql"] == ("dev",)
        assert tags["prod/6.sql"] == ("production",)
        assert tags["staging/deep/7.sql"] == ("staging",)
        assert tags["9.sql"] == ("dev", "production")
        assert [file.name for file in found.of("staging")][-1] == "staging/deep/7.sql"
        assert "9.sql" not in [file.name for file in found.of("staging")]

    def test_nothing_is_passed_over_in_silence(self, tmp_path: Path) -> None:
        """An unknown form, an empty file and bytes that are no text are findings with the file's name."""
        (tmp_path / "seeds").mkdir()
        (tmp_path / "seeds/latin.sql").write_bytes("-- \n-- \xe4".encode("latin-1"))
        found = seeds(
            tmp_path,
            {"users.csv": "a,b", "README.md": "x", "empty.sql": "-- nothing\n", "none.json": " ", ".gitkeep": ""},
        )
        said = {finding.subject.name: (finding.rule, finding.severity) for finding in found.findings}
        assert said == {
            "users.csv": ("seed-unknown-form", Severity.WARNING),
            "README.md": ("seed-unknown-form", Severity.INFO),
            "empty.sql": ("seed-empty", Severity.WARNING),
            "none.json": ("seed-empty", Severity.WARNING),
            "latin.sql": ("seed-unreadable", Severity.ERROR),
        }
        with pytest.raises(SeedError, match=r"seeds/latin\.sql:2: .*not UTF-8"):
            found.raise_errors()

    def test_production_users_of_earlier_releases(self, tmp_path: Path) -> None:
        """nself/config/prod-users.json is a production seed of the table users."""
        (tmp_path / "nself/config").mkdir(parents=True)
        (tmp_path / "nself/config/prod-users.json").write_text('[{"email": "a@b"}]')
        (file,) = read_seeds(tmp_path, None)
        assert file.tags == ("production",)
        assert [str(spec.table) for spec in read_rows(file)] == ["users"]


class TestHeaders:
    """`-- +seed:…`."""

    def test_all_of_them(self, tmp_path: Path) -> None:
        """Each is read, in any kind of comment above the first statement."""
        head = "-- seeds\n-- +seed:idempotent\n\n-- +seed:destructive\n-- +seed:depends-on b.sql, c\n/* x */\n"
        text = f"{head}-- +seed:generated\nselect 1;"
        marks = only(tmp_path, "a.sql", text).marks
        assert (marks.idempotent, marks.destructive, marks.generated) == (True, True, True)
        assert [(one.file, one.place) for one in marks.depends_on] == [
            ("b.sql", Place("seeds/a.sql", 5)),
            ("c", Place("seeds/a.sql", 5)),
        ]
        assert only(tmp_path / "y", "a.yml", "# +seed:env dev\n- {a: 1}").tags == ("dev",)
        assert only(tmp_path / "t", "a.ts", "// +seed:env prod\nx()").tags == ("production",)
        json = '{"_seed": {"env": ["dev"], "generated": true, "depends_on": ["b"]}, "users": [{"a": 1}]}'
        marks = only(tmp_path / "j", "a.json", json).marks
        assert (marks.environments, marks.generated, marks.depends_on[0].file) == (frozenset({"dev"}), True, "b")

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("-- +seed:idempotnt\nselect 1;", r"a\.sql:1: .*idempotnt is no header.*idempotent"),
            ("-- +seed:env\nselect 1;", r"a\.sql:1: \+seed:env says nothing"),
            ("select 1;\n-- +seed:env dev\n", r"a\.sql:2: .*stands below"),
        ],
    )
    def test_slips(self, tmp_path: Path, text: str, said: str) -> None:
        """A header that nobody reads is an error with its line."""
        with pytest.raises(SeedError, match=f"(?s){said}"):
            seeds(tmp_path, {"a.sql": text}).raise_errors()

    def test_a_tag_against_its_folder(self, tmp_path: Path) -> None:
        """It is one or the other."""
        with pytest.raises(SeedError, match="tagged dev and stands in the folder staging"):
            seeds(tmp_path, {"staging/a.sql": "-- +seed:env dev\nselect 1;"}).raise_errors()

    def test_factories_are_generated(self, tmp_path: Path) -> None:
        """A Python seed that makes its rows up is one, whatever its headers say."""
        assert only(tmp_path, "a.py", "import faker\ndef seed():\n    yield {}").marks.generated
        assert not only(tmp_path / "b", "a.py", "import uuid\ndef seed():\n    yield {}").marks.generated


class TestTree:
    """JSON and YAML with places."""

    def test_values_keep_their_digits_and_places(self) -> None:
        """Nothing becomes a float, and each value knows its line and column."""
        node = read_json('[\n  {"a": 1.50, "b": [1e5, {"c": null}], "d": "x\\u00e9"}\n]', "f.json")
        (row,) = node.items
        values = {key.text: value for key, value in row.pairs}
        assert (values["a"].text, values["a"].place) == ("1.50", Place("f.json", 2, 9))
        assert json_text(values["b"]) == '[1e5, {"c": null}]'
        assert values["d"].text == "xé"

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ('[{"a": 1,}]', "1:10"),
            ("[{'a': 1}]", "1:3"),
            ('[{"a": 1}', "1:10: .*ends too early"),
            ('[{"a": 01}]', "1:9"),
            ('{"a": 1, "a": 2}', 'f:1:10: "a" stands twice'),
            ('[1]\n"x"', "2:1: .*behind the value"),
            ('["a\nb"]', "1:4"),
            ("[" * 500, "Too many brackets"),
        ],
    )
    def test_what_is_no_json(self, text: str, said: str) -> None:
        """The error has line and column."""
        with pytest.raises(SeedError, match=f"(?s){said}"):
            read_json(text, "f")

    def test_yaml(self) -> None:
        """YAML gives the same tree; merge keys and tags work."""
        node = read_yaml(
            "- &a {n: 0x10, t: 2024-01-01, e: !sql now(), b: !!binary AAE=}\n- <<: *a\n  n: -1.50\n", "f.yml"
        )
        first, second = node.items
        assert [(key.text, value.kind, value.text) for key, value in first.pairs] == [
            ("n", NodeKind.NUMBER, "16"),
            ("t", NodeKind.TEXT, "2024-01-01"),
            ("e", NodeKind.SQL, "now()"),
            ("b", NodeKind.TEXT, "\\x0001"),
        ]
        assert second.get("n") is not None
        assert second.get("n").text == "-1.50"  # type: ignore[union-attr]
        with pytest.raises(SeedError, match=r"f\.yml:1:4: !money is no tag"):
            read_yaml("a: !money 3", "f.yml")


class TestRows:
    """What a file declares."""

    @pytest.mark.parametrize(
        ("name", "table"),
        [
            ("users.json", ObjectRef("table", None, "users")),
            ("01_users.json", ObjectRef("table", None, "users")),
            ("common/002-app.users.json", ObjectRef("table", "app", "users")),
        ],
    )
    def test_the_table_is_the_file_name(self, tmp_path: Path, name: str, table: ObjectRef) -> None:
        """Number prefix and schema are taken off."""
        (spec,) = read_rows(only(tmp_path, name, '[{"email": "a"}]'))
        assert spec.table == table

    def test_an_object_of_tables(self, tmp_path: Path) -> None:
        """Several tables stand in one file; expressions and nulls are told apart from text."""
        text = '{"users": [{"a": null, "b": {"$sql": "now()"}, "c": [1]}], "app.posts": [{"d": "$2b$10$x"}]}'
        users, posts = read_rows(only(tmp_path, "x.json", text))
        assert [(cell.column, cell.kind, cell.text) for cell in users.rows[0].cells] == [
            ("a", CellKind.NULL, ""),
            ("b", CellKind.SQL, "now()"),
            ("c", CellKind.JSON, "[1]"),
        ]
        assert (str(posts.table), posts.rows[0].cells[0].text) == ("app.posts", "$2b$10$x")

    def test_the_tree_of_fixture_sets(self, tmp_path: Path) -> None:
        """Labels and defaults are understood."""
        text = """
tables:
  users:
    _defaults: {role: user}
    ada: {email: ada@x, role: admin}
    bob: {email: bob@x}
"""
        (spec,) = read_rows(only(tmp_path, "people.yml", text))
        assert [{cell.column: cell.text for cell in row.cells} for row in spec.rows] == [
            {"role": "admin", "email": "ada@x"},
            {"role": "user", "email": "bob@x"},
        ]

    @pytest.mark.parametrize("text", ['"x"', '[["a"]]', '{"users": 1}', '{"users": {"email": "a"}}', '{"a..b": []}'])
    def test_what_is_no_rows(self, tmp_path: Path, text: str) -> None:
        """The error says where, and which forms there are."""
        with pytest.raises(SeedError, match=r"seeds/u\.json:1:"):
            read_rows(only(tmp_path, "u.json", text))

    def test_python(self, tmp_path: Path) -> None:
        """A function yields rows of the file's table, or of others; values are written as PostgreSQL reads them."""
        text = """
from datetime import date
from decimal import Decimal

def seed():
    yield {"n": Decimal("1.50"), "d": date(2024, 1, 2), "t": True, "b": b"\\x00", "l": ["a"], "x": None}
    yield "app.other", {"k": 1}
"""
        own, other = read_rows(only(tmp_path, "01_things.py", text))
        assert [cell.text for cell in own.rows[0].cells] == ["1.50", "2024-01-02", "true", "\\x00", '["a"]', ""]
        assert (str(own.table), str(other.table)) == ("things", "app.other")

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("def seed():\n    yield 1\n", "yields is no row"),
            ("x = 1\n", "no function that gives rows"),
            ("def seed():\n    yield {'a': 1 / 0}\n", r"a\.py:2: (?s:.*)ZeroDivisionError"),
            ("def seed(:\n", r"a\.py:1: (?s:.*)SyntaxError"),
        ],
    )
    def test_python_that_fails(self, tmp_path: Path, text: str, said: str) -> None:
        """The error has the line of the file."""
        with pytest.raises(SeedError, match=said):
            read_rows(only(tmp_path, "a.py", text))


class TestVariables:
    """`${NAME}`."""

    def test_they_are_secrets(self) -> None:
        """What holds one is a Secret; what only looks like it is text."""
        value = filled("x${A}y", {"A": "s'"}.get, Place("f", 1))
        assert isinstance(value, Secret)
        assert value.reveal() == "xs'y"
        inside = filled('["${A}"]', {"A": 'q"'}.get, Place("f", 1), in_json=True)
        assert isinstance(inside, Secret)
        assert inside.reveal() == '["q\\""]'
        assert filled("$${A} ${name} $2b$10", {}.get, Place("f", 1)) == "${A} ${name} $2b$10"

    def test_a_missing_one(self) -> None:
        """It is an error at the value's place."""
        with pytest.raises(SeedError, match=r"f:3: \$\{A\} is not set"):
            filled("${A}", {}.get, Place("f", 3))


class TestSql:
    """`.sql` files as steps."""

    def test_begin_and_commit_are_ours(self, tmp_path: Path) -> None:
        """The file's own are taken out, and lines stay where they are."""
        file = only(tmp_path, "a.sql", "begin;\ninsert into t values (1);\ncommit;\n")
        (step,) = sql_steps(file, "load", {}.get)
        assert isinstance(step, Statement)
        assert "begin" not in step.sql.text
        assert step.sql.text.splitlines()[1] == "insert into t values (1);"

    def test_copied_rows(self, tmp_path: Path) -> None:
        """Rows of a `copy … from stdin` travel beside the text."""
        file = only(tmp_path, "a.sql", "select 1;\ncopy t (a) from stdin;\n1\n2\n\\.\nselect 2;\n")
        before, rows, after = sql_steps(file, "load", {}.get)
        assert isinstance(rows, CopyRows)
        assert (rows.query, rows.rows) == ("copy t (a) from stdin", 2)
        assert isinstance(before, Statement)
        assert isinstance(after, Statement)
        assert after.place == Place("seeds/a.sql", 6, 1)

    def test_variables_are_parameters(self, tmp_path: Path) -> None:
        """A literal that holds one travels as a Secret; one in a body is an error with its line."""
        text = "insert into t values ('10%', 'it''s ${A}'); -- ${B}\nselect '${name}';"
        steps = list(sql_steps(only(tmp_path, "a.sql", text), "load", {"A": "x"}.get))
        first = steps[0]
        assert isinstance(first, Statement)
        assert first.sql.text == "insert into t values ('10%%', %s)"
        assert [param.reveal() for param in first.params if isinstance(param, Secret)] == ["it's x"]
        with pytest.raises(SeedError, match=r"a\.sql:2:.*cannot|a\.sql:2:4: .*no value of the environment"):
            list(
                sql_steps(
                    only(tmp_path / "b", "a.sql", "select 1;\ndo $$ begin perform '${A}'; end $$;"), "l", {"A": "x"}.get
                )
            )

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("select 1;\ncommit;\nselect 2;", r"a\.sql:2.*transaction"),
            ("\\i other.sql", r"a\.sql:1.*psql"),
            ("create index concurrently i on t (a);", r"a\.sql:1.*outside the transaction"),
        ],
    )
    def test_what_cannot_be_sent(self, tmp_path: Path, text: str, said: str) -> None:
        """The error has the line."""
        with pytest.raises(SeedError, match=said):
            list(sql_steps(only(tmp_path, "a.sql", text), "load", {}.get))

    @pytest.mark.parametrize(
        ("text", "again"),
        [
            ("insert into t values (1) on conflict (a) do nothing;", True),
            ("insert into t values (1) on conflict on constraint k do update set a = 1;", True),
            ("insert into t select 1 where not exists (select from t);", True),
            ("insert into t values (1) on conflict do nothing;", False),
            ("insert into t values (1); -- on conflict (a)", False),
            ("-- +seed:idempotent\ninsert into t values (1);", True),
            ("update t set a = 1;", False),
        ],
    )
    def test_what_runs_each_time(self, tmp_path: Path, text: str, again: bool) -> None:
        """What says or shows that it can; other files run once."""
        assert runs_again(only(tmp_path, "a.sql", text)) is again

    def test_what_takes_rows_away(self, tmp_path: Path) -> None:
        """It is seen in the text, with its line; a header says it too."""
        assert destroys(only(tmp_path, "a.sql", "select 1;\ndelete from t;")) == Place("seeds/a.sql", 2, 1)
        assert destroys(only(tmp_path / "b", "a.sql", "-- +seed:destructive\nselect f();")) == Place("b/seeds/a.sql", 1)
        assert destroys(only(tmp_path / "c", "a.sql", "insert into t values ('delete from t');")) is None


class TestTouching:
    """Which tables a text writes and reads."""

    def test_statements(self, tmp_path: Path) -> None:
        """Inserts, updates, deletes, merges, copies, CTEs and subqueries."""
        text = """
insert into app.Posts (author, "Title") with u as (select * from users) select u.id, 'x' from u join roles r on true;
update orders set total = (select max(p) from prices) where id in (select id from old_orders);
copy logs (a) from stdin;
x
\\.
truncate a, b;
"""
        found = touched(only(tmp_path, "a.sql", text))
        assert set(map(str, found.writes)) == {"app.posts", "orders", "logs", "a", "b"}
        assert set(map(str, found.reads)) == {"users", "roles", "prices", "old_orders"}
        assert found.columns[TableName("app", "posts")] == {"author", "Title"}
        assert not found.unknown

    def test_what_a_text_does_not_tell(self, tmp_path: Path) -> None:
        """It is said."""
        assert "do" in touched(only(tmp_path, "a.sql", "do $$ begin insert into t values (1); end $$;")).unknown
        assert touched(only(tmp_path / "b", "a.ts", "x()")).unknown


class TestOrder:
    """Numbers, then needs, then names; headers in any case."""

    def test_numbers_and_needs(self, tmp_path: Path) -> None:
        """2 comes before 10; files without a number go by what they need; common comes first."""
        found = seeds(
            tmp_path,
            {
                "dev/10_b.sql": "insert into b values (1);",
                "dev/2_z.sql": "insert into z values (1);",
                "dev/a_posts.sql": "insert into posts select id from users;",
                "dev/z_users.sql": "insert into users values (1);",
                "common/x.sql": "insert into x values (1);",
            },
        )
        order = in_order(found.of("dev"), touched)
        assert [file.name for file in order.files] == [
            "common/x.sql",
            "dev/2_z.sql",
            "dev/10_b.sql",
            "dev/z_users.sql",
            "dev/a_posts.sql",
        ]

    def test_equal_names_in_two_folders(self, tmp_path: Path) -> None:
        """They are two seeds; a header means the one beside it."""
        found = seeds(
            tmp_path,
            {
                "common/a.sql": "select 1;",
                "dev/a.sql": "select 1;",
                "dev/1.sql": "-- +seed:depends-on a.sql\nselect 1;",
            },
        )
        order = in_order(found.of("dev"), touched)
        assert [file.name for file in order.files] == ["common/a.sql", "dev/a.sql", "dev/1.sql"]

    def test_a_circle_of_headers(self, tmp_path: Path) -> None:
        """It is shown with its edges, and where they are said."""
        found = seeds(
            tmp_path,
            {
                "a.sql": "-- +seed:depends-on b.sql\nselect 1;",
                "b.sql": "-- x\n-- +seed:depends-on c.sql\nselect 1;",
                "c.sql": "-- +seed:depends-on a.sql\nselect 1;",
            },
        )
        with pytest.raises(SeedError, match="lead in a circle") as caught:
            in_order(found.of("dev"), touched)
        assert "seeds/b.sql:2 says that b.sql needs c.sql" in caught.value.cause

    def test_an_unknown_dependency(self, tmp_path: Path) -> None:
        """What may have been meant is said; one of another environment is none."""
        found = seeds(
            tmp_path, {"common/01_users.sql": "select 1;", "b.sql": "-- +seed:depends-on 01_user.sql\nselect 1;"}
        )
        with pytest.raises(SeedError, match=r"(?s)b\.sql:1: There is no seed 01_user\.sql.*common/01_users\.sql"):
            in_order(found.of("dev"), touched)

    def test_tables_that_need_one_another(self, tmp_path: Path) -> None:
        """No error: the names decide, and it is known which need was dropped."""
        found = seeds(
            tmp_path,
            {"b.sql": "insert into b select 1 from a;", "a.sql": "insert into a select 1 from b;"},
        )
        order = in_order(found.of("dev"), touched)
        assert [file.name for file in order.files] == ["b.sql", "a.sql"] or len(order.dropped) == 1
        assert len(order.dropped) == 1

    def test_the_graph(self, tmp_path: Path) -> None:
        """It says who fills what another looks into, warns of what comes too late, and can be drawn."""
        found = seeds(
            tmp_path,
            {
                "1_posts.sql": "insert into posts select id from users;",
                "2_users.sql": 'insert into users values (1); insert into "a<b" values (1);',
                "3_tags.sql": "-- +seed:depends-on 1_posts.sql\ninsert into tags values (1);",
            },
        )
        files = found.of("dev")
        graph = make_graph(in_order(files, touched), {file.name: touched(file) for file in files}, {})
        assert [(edge.before, edge.after) for edge in graph.edges] == [
            ("1_posts.sql", "3_tags.sql"),
            ("2_users.sql", "1_posts.sql"),
        ]
        (finding,) = graph.findings
        assert "1_posts.sql looks into users, which 2_users.sql fills after it" in finding.message
        assert '|"users"|' in mermaid(graph)
        drawing = ElementTree.fromstring(svg(graph))
        texts = [element.text for element in drawing.iter("{http://www.w3.org/2000/svg}text")]
        assert {"1_posts.sql", "2_users.sql", "a<b"} <= set(texts)


class TestScripts:
    """What runs a script."""

    def test_no_program(self, tmp_path: Path) -> None:
        """It is an error that names the file; an old node does not read TypeScript."""
        (tmp_path / "bin").mkdir()
        file = only(tmp_path, "a.ts", "x()")
        with pytest.raises(ToolMissing, match=r"Nothing here can run a\.ts"):
            runner_of(file, tmp_path, str(tmp_path / "bin"), None)
        node = tmp_path / "bin/node"
        node.write_text("#!/bin/sh\n")
        node.chmod(0o755)
        with pytest.raises(ToolMissing, match=r"node 20\.1 reads no TypeScript"):
            runner_of(file, tmp_path, str(tmp_path / "bin"), (20, 1))
        assert runner_of(file, tmp_path, str(tmp_path / "bin"), (22, 6))[0] == str(node)

    def test_the_project_s_own_first(self, tmp_path: Path) -> None:
        """node_modules/.bin/tsx is taken before what is on the search path."""
        own = tmp_path / "node_modules/.bin/tsx"
        own.parent.mkdir(parents=True)
        own.touch()
        assert runner_of(only(tmp_path, "a.ts", "x()"), tmp_path, "", None) == (str(own),)
