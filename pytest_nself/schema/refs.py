"""References that stand by themselves: `Ref name: a.b > c.d [delete: cascade]`."""

from __future__ import annotations

from dataclasses import replace

from .blocks import end_of_item, read_body
from .columns import endpoint
from .comments import Comments
from .cursor import SIGN, Broken, Cursor
from .model import Comment, Endpoint, Ref
from .problems import CONFLICT
from .settings import SIGNS, Settings, read_settings

ACTIONS = ("cascade", "restrict", "set null", "set default", "no action")
SETTINGS = ("delete", "update", "color", "inactive", "note")


def read_ref(cursor: Cursor, comments: Comments, above: tuple[Comment, ...]) -> Ref:
    """A reference in its short or its long form."""
    head = cursor.at
    cursor.at += 1
    schema, name = cursor.qualified("a reference") if cursor.is_name() else (None, None)
    place = cursor.place(head)
    if cursor.take_sign(":"):
        ref = _edge(cursor)
        end_of_item(cursor, "a reference")
        return replace(ref, name=name, schema=schema, comments=above + comments.behind(), place=place)
    if not cursor.is_sign("{"):
        remedy = "write Ref: table.column > table.column"
        raise cursor.fail(f'expected ":" or "{{" after the head of a reference, found {cursor.told()}', remedy)
    edges: list[Ref] = []
    inner: list[Comment] = []

    def item() -> None:
        inner.extend(comments.before())
        start = cursor.at
        edge = _edge(cursor)
        if edges:
            cursor.fail("a reference has one line only", "write a second Ref", index=start)
        edges.append(edge)
        end_of_item(cursor, "a reference")
        inner.extend(comments.behind())

    read_body(cursor, "the reference", head, item)
    if not edges:
        raise cursor.fail("a reference needs its two ends", "write table.column > table.column", index=head)
    inner.extend(comments.behind())
    return replace(edges[0], name=name, schema=schema, comments=(*above, *inner), place=place)


def _edge(cursor: Cursor) -> Ref:
    place = cursor.place()
    left = _end(cursor)
    if cursor.kinds[cursor.at] != SIGN or cursor.texts[cursor.at] not in SIGNS:
        raise cursor.fail(
            f"expected the sign of a reference after {left}, found {cursor.told()}",
            "write > (many to one), < (one to many), - (one to one) or <> (many to many)",
        )
    sign = cursor.at
    relation, left_optional, right_optional = SIGNS[cursor.texts[cursor.at]]
    cursor.at += 1
    right = _end(cursor)
    if len(left.columns) != len(right.columns):
        cursor.fail(
            f"{left} has {len(left.columns)} columns and {right} has {len(right.columns)}",
            "give both ends the same number of columns",
            index=sign,
            rule=CONFLICT,
        )
        raise Broken
    ref = Ref(left, relation, right, left_optional, right_optional, place=place)
    return _with_settings(cursor, ref) if cursor.is_sign("[") else ref


def _end(cursor: Cursor) -> Endpoint:
    """`schema.table.column` or `schema.table.(column, column)`."""
    start = cursor.at
    parts = cursor.path("a column (table.column)")
    if not (cursor.is_sign(".") and cursor.texts[cursor.at + 1] == "("):
        return endpoint(cursor, parts, (parts[-1],), start)
    cursor.at += 2
    columns = [cursor.name("a column")]
    while not cursor.take_sign(")"):
        cursor.need_sign(",", "or ) between columns")
        columns.append(cursor.name("a column"))
    return endpoint(cursor, [*parts, ""], tuple(columns), start)


def _with_settings(cursor: Cursor, ref: Ref) -> Ref:
    settings = Settings(cursor, read_settings(cursor))
    color = settings.color("color")
    result = replace(
        ref,
        on_delete=settings.word("delete", ACTIONS),
        on_update=settings.word("update", ACTIONS),
        color=None if color is None else color.text,
        inactive=settings.flag("inactive"),
        note=settings.note(),
    )
    settings.refuse_rest(SETTINGS)
    return result
