"""Drawings of a schema: every table and reference is there, nothing overlaps, the same schema gives the same text."""

from __future__ import annotations

import time
from itertools import combinations
from json import loads
from pathlib import Path
from textwrap import dedent
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_nself.schema.drawing.diagram import diagram_of
from pytest_nself.schema.drawing.dot import dot
from pytest_nself.schema.drawing.json import schema_data, schema_json
from pytest_nself.schema.drawing.layout import HEAD, ROW, lay_out
from pytest_nself.schema.drawing.mermaid import mermaid
from pytest_nself.schema.drawing.metrics import fitted, text_width
from pytest_nself.schema.drawing.svg import svg
from pytest_nself.schema.model import Column, ColumnType, Endpoint, Ref, Relation, Schema, Table
from pytest_nself.schema.reader import read_text

SHOP = """
Project shop {}
Table users {
  id bigint [pk, increment]
  email varchar(255) [unique, not null, note: 'how to "reach" them']
  parent_id bigint [ref: > users.id]
}
Table app.orders {
  id bigint [pk]
  user_id bigint [not null, ref: > users.id]
  total numeric(10,2)
}
Table app.lines {
  order_id bigint
  pos int
  kind app.kind [default: 'a']
  indexes {
    (order_id, pos) [pk]
    kind [type: hash]
  }
}
Table alone { id int [pk] }
Enum app.kind { a
 b }
Ref in_order: app.lines.order_id > app.orders.id [delete: cascade]
Ref: users.id <> app.orders.id
TableGroup people { users }
"""


def read(text: str) -> Schema:
    return read_text(text, "schema.dbml").schema


def many(count: int) -> Schema:
    """So many tables; each points to the first, and to some that stand before it."""
    tables, refs = [], []
    for number in range(count):
        name = f"table_{number}"
        columns = [Column(f"column_{at}", ColumnType("text")) for at in range(2 + number * 7 % 9)]
        tables.append(Table(name, columns=(Column("id", ColumnType("bigint"), pk=True), *columns)))
        for at, other in enumerate({0, number * 5 // 7, max(0, number - 3)} - {number}):
            left = Endpoint(name, (f"column_{at % len(columns)}",))
            refs.append(Ref(left, Relation.MANY_TO_ONE, Endpoint(f"table_{other}", ("id",))))
    return Schema(tables=tuple(tables), refs=tuple(refs))


@st.composite
def schemas(draw: st.DrawFn) -> Schema:
    """Tables with any names, and references between any of them."""
    names = draw(st.lists(st.text(min_size=1, max_size=12), max_size=9, unique=True))
    tables = tuple(
        Table(name, columns=tuple(Column(f"c{n}", ColumnType("int")) for n in range(draw(st.integers(1, 9)))))
        for name in names
    )
    if not tables:
        return Schema()
    picked = st.sampled_from(tables)
    pairs = draw(st.lists(st.tuples(picked, picked, st.sampled_from(Relation)), max_size=12))
    refs = tuple(Ref(Endpoint(a.name, ("c0",)), relation, Endpoint(b.name, ("c0",))) for a, b, relation in pairs)
    return Schema(tables=tables, refs=refs)


@given(schemas())
def test_nothing_overlaps(schema: Schema) -> None:
    """No two boxes share a point, and all boxes and lines lie in the drawing."""
    layout = lay_out(diagram_of(schema))
    assert {one.box.key for one in layout.boxes} == {table.key for table in schema.tables}
    assert len(layout.routes) == len(schema.refs)
    for a, b in combinations(layout.boxes, 2):
        apart = a.x + a.width <= b.x or b.x + b.width <= a.x or a.y + a.height <= b.y or b.y + b.height <= a.y
        assert apart, (a, b)
    for one in layout.boxes:
        assert 0 <= one.x <= one.x + one.width <= layout.width
        assert 0 <= one.y <= one.y + one.height <= layout.height
    for route in layout.routes:
        assert all(0 <= x <= layout.width and 0 <= y <= layout.height for x, y in route.points)


@given(schemas())
def test_lines_join_the_rows_of_their_columns(schema: Schema) -> None:
    """Each line is made of straight pieces, and begins and ends at the side of its box, level with the row."""
    layout = lay_out(diagram_of(schema))
    boxes = {one.box.key: one for one in layout.boxes}
    for route in layout.routes:
        for end, key in ((route.points[0], route.edge.holder), (route.points[-1], route.edge.target)):
            box = boxes[key]
            assert min(abs(end[0] - box.x), abs(end[0] - box.x - box.width)) < 0.01 or end[0] > box.x + box.width
            assert end[1] == pytest.approx(box.y + HEAD + ROW / 2)
        for a, b in zip(route.points, route.points[1:], strict=False):
            assert abs(a[0] - b[0]) < 0.01 or abs(a[1] - b[1]) < 0.01


def test_no_line_runs_through_a_box() -> None:
    """Lines run beside the boxes and between them."""
    layout = lay_out(diagram_of(many(40)))
    for route in layout.routes:
        for (ax, ay), (bx, by) in zip(route.points, route.points[1:], strict=False):
            for box in layout.boxes:
                beside = max(ax, bx) <= box.x + 0.01 or min(ax, bx) >= box.x + box.width - 0.01
                assert beside or max(ay, by) <= box.y or min(ay, by) >= box.y + box.height, (route, box)


@given(schemas())
def test_an_svg_is_xml_whatever_the_names_are(schema: Schema) -> None:
    """Any letters, even those that XML cannot hold, give a file that can be read; twice the same text."""
    text = svg(schema)
    ElementTree.fromstring(text)
    assert svg(schema) == text


def test_an_svg_shows_everything() -> None:
    """Tables with their schema, columns, types, an enum's values, references, groups, and the project's name."""
    text = svg(read(SHOP))
    texts = ("shop", "public.users", "app.orders", "public.alone", "numeric(10,2)", "U  varchar(255)", "kind", "people")
    for shown in texts:
        assert f">{shown}" in text, shown
    assert text.count('class="wire') == 4
    assert "lines.order_id → orders.id" in text
    assert "prefers-color-scheme: dark" in text
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")


def test_two_hundred_tables_take_no_time() -> None:
    """A large schema is drawn in well under the second that a person waits, in a shape that fits a screen."""
    schema = many(200)
    start = time.process_time()
    layout = lay_out(diagram_of(schema))
    assert time.process_time() - start < 4
    assert 0.6 < layout.width / layout.height < 3


def test_mermaid_is_an_er_diagram() -> None:
    """Entities with keys, and relations with the signs of Mermaid."""
    assert (
        mermaid(read(SHOP))
        == """erDiagram
    "public.users" {
        bigint id PK
        varchar(255) email UK "how to 'reach' them"
        bigint parent_id FK "null"
    }
    "app.orders" {
        bigint id PK
        bigint user_id FK
        numeric(10_2) total "null"
    }
    "app.lines" {
        bigint order_id PK, FK
        int pos PK
        app_kind kind "null"
    }
    "public.alone" {
        int id PK
    }
    "public.users" |o--o{ "public.users" : "parent_id"
    "public.users" ||--o{ "app.orders" : "user_id"
    "app.orders" ||--o{ "app.lines" : "order_id"
    "app.orders" }o--o{ "public.users" : "id"
"""
    )


@pytest.mark.parametrize(
    ("name", "entity"),
    [("users", "users"), ("order items", '"order items"'), ("class", '"class"'), ('a"b', '"a_b"'), ("1st", '"1st"')],
)
def test_a_name_that_mermaid_would_misread_is_quoted(name: str, entity: str) -> None:
    """Words of Mermaid's own and odd letters stand between quotes; a quote cannot, and becomes an underscore."""
    table = Table(name, columns=(Column("1st col", ColumnType("numeric", None, ("10", "2"))),))
    assert mermaid(Schema(tables=(table,))).splitlines()[1:3] == [
        f"    {entity} {{",
        '        numeric(10_2) x1st_col "null"',
    ]


def test_dot_has_a_port_for_each_row() -> None:
    """Edges begin and end at rows; groups are clusters; names are escaped."""
    text = dot(read(SHOP + 'Table "a<b" { id int }\n'))
    assert text.startswith("digraph schema {")
    assert 'label="people"' in text
    assert "<b>public.a&lt;b</b>" in text
    assert "n1:l1 -> n0:l0 [arrowtail=crow, arrowhead=tee];" in text


def test_json_has_the_documented_shape() -> None:
    """What the module's documentation shows is what is written, key by key."""
    from pytest_nself.schema.drawing import json

    shown = dedent((json.__doc__ or "").split("\n\n")[1])
    page = Path(__file__).parents[2] / "docs/how-to/draw-your-schema.md"
    assert f"```json\n{shown}\n```" in page.read_text()
    example = loads(shown)
    data = schema_data(read(SHOP))
    assert loads(schema_json(read(SHOP))) == data
    assert data.keys() == example.keys()
    for kind in ("tables", "enums", "references"):
        for one in data[kind]:
            assert one.keys() == example[kind][0].keys()
    lines = next(one for one in data["tables"] if one["name"] == "lines")
    assert [column["primary_key"] for column in lines["columns"]] == [True, True, False]
    assert lines["columns"][2].keys() == example["tables"][0]["columns"][0].keys()
    assert lines["indexes"][0].keys() == example["tables"][0]["indexes"][0].keys()
    relations = [(one["from"]["table"], one["to"]["table"], one["relation"]) for one in data["references"]]
    assert ("lines", "orders", "many to one") in relations
    assert ("users", "orders", "many to many") in relations


@given(st.text(max_size=30), st.floats(10, 200))
def test_a_text_that_is_cut_fits(text: str, width: float) -> None:
    """What is cut is no wider than its room, where there is room for an ellipsis at all."""
    assert text_width(fitted(text, 12, width), 12) <= width
