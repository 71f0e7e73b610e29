"""DBML files that use each other."""

from __future__ import annotations

from pytest_nself.core.finding import Severity
from pytest_nself.schema.reader import Reading, read_linked
from pytest_nself.schema.validation import validate_linked


def read(files: dict[str, str]) -> Reading:
    return read_linked("db/schema.dbml", files.get)


def test_a_file_and_those_it_uses_are_one_schema() -> None:
    """All that is reached is there, each with the place in its own file; the ending may be left out."""
    schema = read(
        {
            "db/schema.dbml": "use { table app.users } from './auth'\nTable posts { author int [ref: > app.users.id] }",
            "db/auth.dbml": "reuse * from '../shared/kinds.dbml'\nTable app.users { id int\n kind kind }",
            "shared/kinds.dbml": "Enum kind { a }",
        }
    ).schema
    assert [str(one.place) for one in (*schema.tables, *schema.enums)] == [
        "db/schema.dbml:2:1",
        "db/auth.dbml:2:1",
        "shared/kinds.dbml:1:1",
    ]
    assert [str(ref.right) for ref in schema.refs] == ["app.users.id"]


def test_aliases_of_what_is_used() -> None:
    """Tables, enums and partials may have another name in the file that uses them."""
    reading = read(
        {
            "db/schema.dbml": "use { table app.users as u\n enum app.kind as k\n tablepartial base as b } from './a'\n"
            "Table t { ~b\n user int [ref: > u.id]\n kind k [default: k.x] }",
            "db/a.dbml": "Table app.users { id int }\nEnum app.kind { x }\nTablePartial base { made date }",
        }
    )
    assert reading.findings == ()
    made, user, kind = reading.schema.tables[0].columns
    assert (made.partial, str(user.refs[0].right), kind.type.text) == ("base", "app.users.id", "app.kind")
    assert kind.default is not None
    assert (kind.default.schema, kind.default.enum) == ("app", "kind")


def test_files_may_use_each_other() -> None:
    """A circle of files is read once each."""
    reading = read(
        {
            "db/schema.dbml": "use { table b } from './b'\nTable a { id int\n b int [ref: > b.id] }",
            "db/b.dbml": "use { table a } from './schema'\nTable b { id int\n a int [ref: > a.id] }",
        }
    )
    assert (reading.findings, [table.name for table in reading.schema.tables]) == ((), ["a", "b"])


def test_what_does_not_exist_is_told_at_its_use() -> None:
    """A file or an element that is missing is an error at the line that names it."""
    findings = read(
        {
            "db/schema.dbml": "use { table user\n enum e } from './a'\nuse * from './b'",
            "db/a.dbml": "Table users { id int }\nEnum e { x }",
        }
    ).findings
    assert [(str(one.place), one.severity) for one in findings] == [
        ("db/schema.dbml:1:7", Severity.ERROR),
        ("db/schema.dbml:3:1", Severity.ERROR),
    ]
    assert findings[0].remedy == 'Did you mean "users"?'


def test_a_missing_schema_is_told() -> None:
    """Without the first file there is nothing to read."""
    (finding,) = read({}).findings
    assert (str(finding.place), finding.severity) == ("db/schema.dbml", Severity.ERROR)


def test_errors_and_duplicates_name_their_files() -> None:
    """Each error is at its place in its own file, whichever file brought it in."""
    files = {
        "db/schema.dbml": "use * from './a'\nTable t { id int }\nTable u { x int [ref: > v.id] }",
        "db/a.dbml": "Table t { id int }",
    }
    validation = validate_linked("db/schema.dbml", files.get)
    (finding,) = validation.findings
    assert str(finding.place) == "db/schema.dbml:2:1"
    assert finding.message.endswith("the first is at db/a.dbml:1:1")
    assert [one.table for one in validation.missing] == ["v"]
