"""The DBML reader: what each part of the language means."""

from __future__ import annotations

import pytest

from pytest_nself.core.finding import Severity
from pytest_nself.schema.model import (
    Check,
    Column,
    ColumnType,
    Endpoint,
    Index,
    IndexItem,
    Member,
    Note,
    Ref,
    Relation,
    Schema,
    Setting,
    Table,
    Used,
    Value,
    ValueKind,
)
from pytest_nself.schema.reader import read_schema, read_text


def read(text: str) -> Schema:
    return read_schema(text, "schema.dbml")


def column(line: str, more: str = "") -> Column:
    return read(f"Table t {{\n  {line}\n}}\n{more}").tables[0].columns[0]


def index(line: str) -> Index:
    return read(f"Table t {{\n  a int\n  b int\n  indexes {{\n    {line}\n  }}\n}}").tables[0].indexes[0]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("int", ColumnType("int")),
        ("varchar(255)", ColumnType("varchar", arguments=("255",))),
        ("varchar (255)", ColumnType("varchar", arguments=("255",))),
        ("numeric( 10 , -2 )", ColumnType("numeric", arguments=("10", "-2"))),
        ("numeric(\n10,\n2\n)", ColumnType("numeric", arguments=("10", "2"))),
        ("varchar(50)[]", ColumnType("varchar", arguments=("50",), dimensions=(None,))),
        ("int[3]", ColumnType("int", dimensions=(3,))),
        ("int[][2]", ColumnType("int", dimensions=(None, 2))),
        ("app.kind", ColumnType("kind", "app")),
        ("app.kind[]", ColumnType("kind", "app", dimensions=(None,))),
        ("gis.shape(Point, 4326)", ColumnType("shape", "gis", ("Point", "4326"))),
        ('"double precision"', ColumnType("double precision", quoted=True)),
        ('app."Order State"', ColumnType("Order State", "app", quoted=True)),
        ("enum('a', 'it\\'s')", ColumnType("enum", arguments=("'a'", "'it''s'"))),
    ],
)
def test_a_type_keeps_all_that_was_written(written: str, meant: ColumnType) -> None:
    """Schema, arguments, array dimensions and quotes of a type are told apart."""
    assert column(f"c {written}").type == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("10.10", Value(ValueKind.NUMBER, "10.10")),
        ("-1.5e-3", Value(ValueKind.NUMBER, "-1.5e-3")),
        ("+7", Value(ValueKind.NUMBER, "7")),
        (
            "1234567890123456789.0123456789",
            Value(ValueKind.NUMBER, "1234567890123456789.0123456789"),
        ),
        ("'it\\'s'", Value(ValueKind.STRING, "it's")),
        ('"dq"', Value(ValueKind.STRING, "dq")),
        ("''", Value(ValueKind.STRING, "")),
        ("'''two\n  lines'''", Value(ValueKind.STRING, "two\n  lines")),
        ("`now() at time zone 'utc'`", Value(ValueKind.EXPRESSION, "now() at time zone 'utc'")),
        ("TRUE", Value(ValueKind.BOOLEAN, "true")),
        ("Null", Value(ValueKind.NULL, "null")),
        ("e.a", Value(ValueKind.ENUM, "a", "e")),
        ('app.e."b c"', Value(ValueKind.ENUM, "b c", "e", "app")),
    ],
)
def test_a_default_loses_nothing(written: str, meant: Value) -> None:
    """Digits, letters and the kind of a default are those of the file."""
    assert column(f"c int [default: {written}]").default == meant


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("c int pk", Column("c", ColumnType("int"), pk=True)),
        ("c int unique [not null]", Column("c", ColumnType("int"), unique=True, not_null=True)),
        ("c int [PK, Increment]", Column("c", ColumnType("int"), pk=True, increment=True)),
        ("c int [primary key]", Column("c", ColumnType("int"), pk=True)),
        ("c int [not\n  null]", Column("c", ColumnType("int"), not_null=True)),
        ("c int [null]", Column("c", ColumnType("int"), not_null=False)),
        ("c int []", Column("c", ColumnType("int"))),
        ("c int [note: 'n']", Column("c", ColumnType("int"), note=Note("n"))),
        (
            "c int [check: `c > 0`, check: `c < 9`]",
            Column("c", ColumnType("int"), checks=(Check("c > 0"), Check("c < 9"))),
        ),
        (
            "c int [owner: 'me', tint: #fff]",
            Column(
                "c",
                ColumnType("int"),
                metadata=(
                    Setting("owner", Value(ValueKind.STRING, "me")),
                    Setting("tint", Value(ValueKind.COLOR, "#fff")),
                ),
            ),
        ),
    ],
)
def test_settings_of_a_column(line: str, meant: Column) -> None:
    """Every setting of a column is read, in any case; unknown ones with a string or a colour are metadata."""
    assert column(line) == meant


def test_words_of_the_language_are_names_of_columns_too() -> None:
    """A column may be called note, ref, table, indexes or metadata."""
    words = ["note", "ref", "table", "enum", "indexes", "checks", "records", "metadata", "project", "use", "dep"]
    text = "Table t {\n" + "".join(f"  {word} text [unique]\n" for word in words) + "  indexes { note }\n}"
    assert [one.name for one in read(text).tables[0].columns] == words


@pytest.mark.parametrize(
    "text",
    [
        "Table t { id int }",
        "Table t{id int}",
        "TABLE t\n{\n\tid INT\n}",
        "Table t {\r\n  id int\r\n}\r\n",
        "\ufeffTable t { id int }",
        "Table t { // c\n id int // d\n /* e\n f */ }",
        "Table t { id /* c */ int }",
        "Table t [headercolor: #fff] { id int }",
        'Table "t" { "id" int }',
    ],
)
def test_blanks_and_comments_change_nothing(text: str) -> None:
    """Line ends, a byte order mark, one-line bodies and comments leave a table what it is."""
    (table,) = read(text).tables
    assert (table.name, [(one.name, one.type.name.lower()) for one in table.columns]) == ("t", [("id", "int")])


def test_names_of_all_scripts() -> None:
    """A bare name may hold letters of any script, with combining marks, and begin with a digit."""
    names = ["bảng", "名前", "ünï", "2fa", "cafe\u0301", "x²"]
    (table,) = read("Table t {\n" + "\n".join(f"{name} int" for name in names) + "\n}").tables
    assert [one.name for one in table.columns] == names


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("a", Index((IndexItem("a"),))),
        ("(a, b) [unique]", Index((IndexItem("a"), IndexItem("b")), unique=True)),
        ("(\n a,\n b\n)", Index((IndexItem("a"), IndexItem("b")))),
        ("(a) [pk]", Index((IndexItem("a"),), pk=True)),
        ("a [name: 'x', type: GIN, note: 'n']", Index((IndexItem("a"),), "x", type="GIN", note=Note("n"))),
        ("a [where: `b is null`]", Index((IndexItem("a"),), where="b is null")),
        ("`lower(a)`", Index((IndexItem("lower(a)", expression=True),))),
        ("(`a*2`, b)", Index((IndexItem("a*2", expression=True), IndexItem("b")))),
        ("(a, b DESC)", Index((IndexItem("a"), IndexItem("b", descending=True)))),
        ("(a, b desc nulls last)", Index((IndexItem("a"), IndexItem("b", descending=True, nulls_first=False)))),
        ("(a asc, b NULLS FIRST)", Index((IndexItem("a", descending=False), IndexItem("b", nulls_first=True)))),
        ("a DESC", Index((IndexItem("a", descending=True),))),
        ("`a DESC`", Index((IndexItem("a", descending=True),))),
        ("`lower(a) desc`", Index((IndexItem("lower(a)", expression=True, descending=True),))),
        ("(b->>'user_id')", Index((IndexItem("b->>'user_id'", expression=True),))),
        ("(a, lower(b::text))", Index((IndexItem("a"), IndexItem("lower(b::text)", expression=True)))),
    ],
)
def test_an_index(line: str, meant: Index) -> None:
    """Columns, expressions and their order are told apart; order and JSON paths may stand without backticks."""
    assert index(line) == meant


def test_several_blocks_of_indexes() -> None:
    """A second block adds to the first, and an empty one adds nothing."""
    (table,) = read("Table t { a int\n indexes { a }\n Indexes { }\n indexes { (a) [unique] } }").tables
    assert [one.unique for one in table.indexes] == [False, True]


TWO = "Table t { a int\n b int }\nTable u { a int\n b int }\n"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Ref: t.a > u.a", Ref(Endpoint("t", ("a",)), Relation.MANY_TO_ONE, Endpoint("u", ("a",)))),
        ("Ref: t.a<u.a", Ref(Endpoint("t", ("a",)), Relation.ONE_TO_MANY, Endpoint("u", ("a",)))),
        ("ref r: t.a - u.a", Ref(Endpoint("t", ("a",)), Relation.ONE_TO_ONE, Endpoint("u", ("a",)), name="r")),
        ("Ref { t.a <> u.a }", Ref(Endpoint("t", ("a",)), Relation.MANY_TO_MANY, Endpoint("u", ("a",)))),
        (
            "Ref: t.(a, b) > u.(a, b) [delete: Set Null, update: cascade]",
            Ref(
                Endpoint("t", ("a", "b")),
                Relation.MANY_TO_ONE,
                Endpoint("u", ("a", "b")),
                on_delete="set null",
                on_update="cascade",
            ),
        ),
        (
            "Ref: t.a ?>? u.a [color: #aabbcc, inactive]",
            Ref(
                Endpoint("t", ("a",)),
                Relation.MANY_TO_ONE,
                Endpoint("u", ("a",)),
                left_optional=True,
                right_optional=True,
                color="#aabbcc",
                inactive=True,
            ),
        ),
        (
            'Ref: public.t.a > "u"."a"',
            Ref(Endpoint("t", ("a",), "public"), Relation.MANY_TO_ONE, Endpoint("u", ("a",))),
        ),
    ],
)
def test_a_reference(text: str, meant: Ref) -> None:
    """The short and the long form, composite ends, names and settings."""
    assert read(TWO + text).refs == (meant,)


@pytest.mark.parametrize(
    ("text", "holder"),
    [
        ("Ref: t.a > u.a", "t"),
        ("Ref: t.a < u.a", "u"),
        ("Ref: t.a - u.a", "u"),
        ("Table v { a int [ref: - u.a] }", "v"),
        ("Table v { a int [ref: > u.a] }", "v"),
        ("Table v { a int [ref: < u.a] }", "u"),
    ],
)
def test_which_end_holds_the_key(text: str, holder: str) -> None:
    """The many hold it; one to one the right end holds it, or the column that the reference is written in."""
    (ref,) = read(TWO + text).refs
    assert ref.foreign_key is not None
    assert ref.foreign_key[0].table == holder


def test_many_to_many_has_no_key_of_its_own() -> None:
    """Many to many needs a table in between."""
    assert read(TWO + "Ref: t.a <> u.a").refs[0].foreign_key is None


def test_inline_references() -> None:
    """A column may have several; one that names a column alone points into its own table."""
    schema = read("Table t { id int\n p int [ref: > id, ref: < s.u.x] }")
    refs = schema.tables[0].columns[1].refs
    assert [(str(one.left), one.relation.value, str(one.right), one.inline) for one in refs] == [
        ("t.p", ">", "t.id", True),
        ("t.p", "<", "s.u.x", True),
    ]
    assert schema.refs == refs


def test_an_alias_is_replaced_where_it_is_used() -> None:
    """References, groups and records name the table behind an alias; a table of that name goes before it."""
    schema = read(
        "Table app.users as U { id int }\n"
        "Table t as x { u int [ref: > U.id] }\n"
        "Table x { id int }\n"
        "Ref: x.id > U.id\n"
        "TableGroup g { U\n x }\n"
        "records U(id) { 1 }"
    )
    assert [(str(one.left), str(one.right)) for one in schema.refs] == [
        ("t.u", "app.users.id"),
        ("x.id", "app.users.id"),
    ]
    assert schema.groups[0].members == (Member("users", "app"), Member("x"))
    assert schema.records[0].key == ("app", "users")


def test_enums() -> None:
    """An enum has a schema, quoted values and notes, and a comment may be its last line."""
    (enum,) = read('Enum app.kind {\n  a [note: "n"]\n  "b c"\n  2nd\n  // last\n}').enums
    assert enum.key == ("app", "kind")
    assert [(one.name, one.note) for one in enum.values] == [("a", Note("n")), ("b c", None), ("2nd", None)]


def test_checks() -> None:
    """A table has named and unnamed checks."""
    (table,) = read("Table t { a int\n checks { `a > 0` [name: 'positive']\n `a < 9` } }").tables
    assert table.checks == (Check("a > 0", "positive"), Check("a < 9"))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Note: 'x'", "x"),
        ("note { 'x' }", "x"),
        ("Note: '''\n    # head\n\n      more\n  '''", "# head\n\n  more"),
        ("Note: '''one'''", "one"),
        ("Note: 'a\\nb \\u00e9 \\\\'", "a\nb é \\"),
        ("Note: 'a \\\nb'", "a b"),
        ("Note: '\\uD83D\\uDE00'", "😀"),
    ],
)
def test_a_note(written: str, meant: str) -> None:
    """Escapes are read, and a long string loses the margin that all its lines have."""
    assert read(f"Table t {{\n a int\n {written}\n}}").tables[0].note == Note(meant)


def test_the_project() -> None:
    """A project may be unnamed; what it says is kept in order."""
    project = read("Project {\n database_type: 'PostgreSQL'\n Note: 'n'\n more: 'x'\n}").project
    assert project is not None
    assert (project.name, [one.key for one in project.settings], project.note) == (
        None,
        ["database_type", "more"],
        Note("n"),
    )


def test_groups_and_sticky_notes() -> None:
    """Groups and notes have colours; a table may be called notes."""
    schema = read(
        "Table notes { a int }\nTableGroup g [color: #fff, note: 'n'] { notes }\nNote todo [color: #123456] { 'x' }"
    )
    (group,), (note,) = schema.groups, schema.notes
    assert (group.members, group.note, group.settings[0].key) == ((Member("notes"),), Note("n"), "color")
    assert (note.name, note.text, note.settings[0].value) == ("todo", "x", Value(ValueKind.COLOR, "#123456"))


def test_records() -> None:
    """Records stand in a table or by themselves; without columns they have all; an empty value is null."""
    schema = read(
        "Table t { a int\n b text\n records { 1, 'x'\n -2.5, null } }\n"
        "Table app.u { a int\n b text }\nRecords app.u(b, a) [example] { `now()`,\n ,true }"
    )
    inside, outside = schema.records
    assert (inside.key, inside.columns) == (("public", "t"), ("a", "b"))
    assert [[cell.text for cell in row] for row in inside.rows] == [["1", "x"], ["-2.5", "null"]]
    assert (outside.key, outside.columns) == (("app", "u"), ("b", "a"))
    assert [[cell.kind for cell in row] for row in outside.rows] == [
        [ValueKind.EXPRESSION, ValueKind.NULL],
        [ValueKind.NULL, ValueKind.BOOLEAN],
    ]


def test_what_other_files_give() -> None:
    """`use` and `reuse` are kept: their path, and the elements with their aliases."""
    reading = read_text("use * from './x'", "f")
    assert [one.severity for one in reading.findings] == [Severity.WARNING]
    first, second = read("use { table a.t as x\n enum e } from './x'\nreuse * from '../y'").uses
    assert (first.path, first.elements, first.again) == (
        "./x",
        (Used("table", "t", "a", "x"), Used("enum", "e")),
        False,
    )
    assert (second.path, second.elements, second.again) == ("../y", (), True)


def test_metadata_blocks_go_to_their_objects() -> None:
    """What a block says of a table or a column is there as if it were written at it; the last block wins."""
    schema = read(
        "Table app.t as x { a int [owner: 'old'] }\n"
        "Metadata Table x { team: 'data'\n note: 'n'\n headercolor: #fff }\n"
        "Metadata Column app.t.a { owner: 'new' }"
    )
    (table,) = schema.tables
    assert (table.metadata[0].key, table.note, table.settings[0].key) == ("team", Note("n"), "headercolor")
    assert table.columns[0].metadata == (Setting("owner", Value(ValueKind.STRING, "new")),)


@pytest.mark.parametrize(
    "text",
    [
        "DiagramView v { Tables { * }\n Notes { n } }",
        "Dep: t -> u",
        "Dep d [color: #fff] {\n  t.a -> u.a\n  note: 'x'\n}",
    ],
)
def test_what_says_nothing_to_a_database_is_kept_and_told(text: str) -> None:
    """Views and data lineage are read over, kept as they are, and told as a warning."""
    reading = read_text(TWO + text, "schema.dbml")
    assert [block.text for block in reading.schema.blocks] == [text]
    assert [one.severity for one in reading.findings] == [Severity.WARNING]


def test_places_are_lines_and_columns() -> None:
    """Each part knows its line and column, counted in letters from 1."""
    schema = read("// é\nTable t {\n\tid int [ref: > é.x]\n  名 s.t(1)\n}\n  Ref: t.id > u.a")
    (table,) = schema.tables
    first, second = table.columns
    assert str(table.place) == "schema.dbml:2:1"
    assert str(first.place) == "schema.dbml:3:2"
    assert str(first.type.place) == "schema.dbml:3:5"
    assert str(first.refs[0].right.place) == "schema.dbml:3:17"
    assert str(second.type.place) == "schema.dbml:4:5"
    assert str(schema.refs[1].place) == "schema.dbml:6:3"


def test_a_place_is_no_part_of_what_is_said() -> None:
    """Two files that say the same are equal, however they are laid out."""
    assert read("Table t { id int }").tables == read("\n\n  Table t\n{\n  id   int\n}").tables


def test_a_table_is_found_by_schema_and_name() -> None:
    """No schema means public."""
    tables = read("Table t { a int }\nTable app.t { b int }\nTable public.u { c int }").tables_by_key()
    assert {key: [one.name for one in table.columns] for key, table in tables.items()} == {
        ("public", "t"): ["a"],
        ("app", "t"): ["b"],
        ("public", "u"): ["c"],
    }
    assert isinstance(tables["public", "t"], Table)
