"""Tables as files name them -> tables of the shape."""

from __future__ import annotations

from pytest_nself.core.errors import FixtureError
from pytest_nself.core.names import ObjectRef
from pytest_nself.core.place import Place
from pytest_nself.data.nearest import nearest
from pytest_nself.data.shape.model import Shape, Table
from pytest_nself.data.written.names import written_name


def table_of_shape(shape: Shape, ref: ObjectRef, place: Place) -> Table:
    """The table that a file calls `ref`; FixtureError with did-you-mean for none, and for several of one name."""
    found = shape.named(ref.schema, ref.name)
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(str(table.ref) for table in found)
        raise FixtureError(
            f"Several tables are called {ref.name}: {names}.",
            f"None of them is in a schema of the search path ({', '.join(shape.path)}).",
            f"write the schema: {found[0].ref}",
            place=place,
        )
    raise FixtureError(
        f'There is no table "{ref}".',
        nearest(str(ref), table_names(shape)),
        "correct the name; rows go to tables, not to views",
        place=place,
    )


def table_names(shape: Shape) -> list[str]:
    """How one may call the tables, the roots only."""
    return [short_name(shape, table.ref) for table in shape.roots]


def short_name(shape: Shape, ref: ObjectRef) -> str:
    """The table's name, with its schema where the bare name means another table or none."""
    found = shape.named(None, ref.name)
    parts = (ref.name,) if len(found) == 1 and found[0].ref == ref else (ref.schema or "", ref.name)
    return ".".join(written_name(part) for part in parts)
