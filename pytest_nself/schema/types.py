"""Types: how SQL spells those of a schema.dbml, and what somebody may have meant by one that PostgreSQL lacks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from pytest_nself.core.names import fold, spell_qualified

from .model import PUBLIC, ColumnType, Enum, Key, Schema, key_of

SERIAL: Mapping[str, str] = {
    "smallserial": "smallint",
    "serial2": "smallint",
    "serial": "integer",
    "serial4": "integer",
    "bigserial": "bigint",
    "serial8": "bigint",
}
"""Types that are none: an integer type with a sequence of its own. `to_regtype` does not know them."""

EXTENSIONS: Mapping[str, str] = {
    "citext": "citext",
    "cube": "cube",
    "earth": "earthdistance",
    "ean13": "isn",
    "isbn": "isn",
    "isbn13": "isn",
    "issn": "isn",
    "ismn": "isn",
    "upc": "isn",
    "geography": "postgis",
    "geometry": "postgis",
    "box2d": "postgis",
    "box3d": "postgis",
    "raster": "postgis_raster",
    "topogeometry": "postgis_topology",
    "halfvec": "vector",
    "sparsevec": "vector",
    "vector": "vector",
    "h3index": "h3",
    "hll": "hll",
    "hstore": "hstore",
    "intarray": "intarray",
    "query_int": "intarray",
    "lo": "lo",
    "lquery": "ltree",
    "ltree": "ltree",
    "ltxtquery": "ltree",
    "roaringbitmap": "roaringbitmap",
    "rrule": "pg_rrule",
    "seg": "seg",
    "semver": "semver",
    "ulid": "ulid",
    "uint1": "uint",
    "uint2": "uint",
    "uint4": "uint",
    "uint8": "uint",
}
"""The extension that brings a type."""

_MEANT: Mapping[str, str] = {
    "array": "text[]",
    "autoincrement": "integer [increment]",
    "auto_increment": "integer [increment]",
    "binary": "bytea",
    "blob": "bytea",
    "boolen": "boolean",
    "byte": "smallint",
    "bytes": "bytea",
    "clob": "text",
    "currency": "numeric(12,2)",
    "date_time": "timestamptz",
    "datetime": "timestamptz",
    "datetime2": "timestamptz",
    "datetimeoffset": "timestamptz",
    "datetimetz": "timestamptz",
    "dict": "jsonb",
    "double": "double precision",
    "email": "text",
    "file": "text",
    "fixed": "numeric",
    "float32": "real",
    "float64": "double precision",
    "guid": "uuid",
    "hash": "jsonb",
    "image": "bytea",
    "int16": "smallint",
    "int32": "integer",
    "int64": "bigint",
    "ip": "inet",
    "ipaddress": "inet",
    "list": "text[]",
    "long": "bigint",
    "longblob": "bytea",
    "longtext": "text",
    "map": "jsonb",
    "mediumblob": "bytea",
    "mediumint": "integer",
    "mediumtext": "text",
    "ntext": "text",
    "number": "numeric",
    "nvarchar": "varchar",
    "nvarchar2": "varchar",
    "object": "jsonb",
    "objectid": "uuid",
    "password": "text",
    "phone": "text",
    "rowversion": "bytea",
    "short": "smallint",
    "single": "real",
    "smalldatetime": "timestamptz",
    "smallmoney": "money",
    "str": "text",
    "string": "text",
    "timestamp_tz": "timestamptz",
    "timestamptz_ntz": "timestamp",
    "tinyblob": "bytea",
    "tinyint": "smallint",
    "tinytext": "text",
    "uint": "bigint",
    "uniqueidentifier": "uuid",
    "unsigned": "bigint",
    "url": "text",
    "varbinary": "bytea",
    "varchar2": "varchar",
    "year": "smallint",
}
"""What other databases and languages call a type, or people do."""

_KNOWN = tuple(
    """
    bigint bigserial bit boolean bool box bytea char character cidr circle date daterange datemultirange
    decimal float float4 float8 inet int int2 int4 int8 integer interval int4range int8range json jsonb jsonpath line
    lseg macaddr macaddr8 money name numeric numrange oid path point polygon real serial smallint smallserial text time
    timestamp timestamptz timetz tsquery tsrange tstzrange tsvector uuid varbit varchar xml
    """.split()  # noqa: SIM905 - a list of seventy strings cannot be read
)
_TAKES_LENGTH = frozenset(("bit", "char", "numeric", "varbit", "varchar"))
_WHOLE = frozenset(("bigint", "int", "int2", "int4", "int8", "integer", "smallint", *SERIAL))
_NO_LENGTH = frozenset(("boolean", "bool", "text", "uuid", "date", "json", "jsonb", "bytea", "real", "inet"))
_BRACKETS = re.compile(r"(?:\s*\[\s*\d*\s*\])+\s*$")
_SPELLED = re.compile(r"\s*([^()\[\]]*?)\s*(\([^()]*\))?((?:\s*\[\s*\d*\s*\])*)\s*", re.DOTALL)


class TypeNames:
    """Spells types as SQL takes them.

    Only a name that is an enum or a table of the schema is quoted, exactly or else as the server folds it. All others
    are the server's and stand as they were written, whatever quotes they had in DBML: `"double precision"`.
    """

    def __init__(self, schema: Schema) -> None:
        self.enums: Mapping[Key, Enum] = schema.enums_by_key()
        self.tables = frozenset(table.key for table in schema.tables)

    def own(self, kind: ColumnType) -> Key | None:
        """The enum or table of the schema that a type names; None for a type of the server."""
        return self._found(kind)[0]

    def spell(self, kind: ColumnType) -> str:
        """The type as SQL."""
        key, brackets = self._found(kind)
        if key is None:
            return kind.text
        sizes = "".join(f"[{'' if size is None else size}]" for size in kind.dimensions)
        return spell_qualified(*key) + brackets + sizes

    def _found(self, kind: ColumnType) -> tuple[Key | None, str]:
        if kind.arguments:
            return None, ""
        key = self._named(kind.schema, kind.name)
        if key is not None or not kind.quoted:
            return key, ""
        # Between quotes the brackets of an array are part of the name, and so is the dot of a schema.
        brackets = _BRACKETS.search(kind.name)
        name = kind.name[: brackets.start()] if brackets else kind.name
        schema, dot, rest = name.partition(".")
        key = self._named(kind.schema, name)
        if key is None and dot and kind.schema is None:
            key = self._named(schema, rest)
        return key, brackets[0].strip() if brackets and key else ""

    def _named(self, schema: str | None, name: str) -> Key | None:
        key = key_of(schema, name)
        folded = key_of(schema, fold(name))
        for one in (key, folded):
            if one in self.enums or one in self.tables:
                return one
        return None


def is_serial(kind: ColumnType) -> bool:
    """Whether it is of the serial family; an array of them there is not."""
    return kind.schema is None and not kind.arguments and not kind.dimensions and fold(kind.name.strip()) in SERIAL


def extension_of(text: str) -> str | None:
    """The extension that a type of that spelling comes from, as far as we know."""
    found = _SPELLED.fullmatch(text)
    return EXTENSIONS.get(fold(found[1]).rpartition(".")[2]) if found else None


def suggest_type(text: str, own: Iterable[Key] = ()) -> str:
    """What to write in place of a type that the server refuses: `Did you mean "timestamptz"?`, or an empty string.

    `own` are the enums of the schema.
    """
    found = _SPELLED.fullmatch(text)
    if found is None:
        return ""
    name, arguments, brackets = fold(found[1].strip(' "')), found[2] or "", (found[3] or "").strip()
    if name == "enum":
        return "define an Enum, and use its name as the type"
    if name == "set" and arguments:
        return 'Did you mean "text[]"?'
    enums = {fold(one): one if schema == PUBLIC else f"{schema}.{one}" for schema, one in reversed(list(own))}
    meant = _meant(name, arguments) or enums.get(name.rpartition(".")[2]) or _near(name, arguments, enums)
    if meant is None or meant == name + arguments:
        return ""
    return f'Did you mean "{meant}{brackets if not meant.endswith("]") else ""}"?'


def _meant(name: str, arguments: str) -> str | None:
    if name.removesuffix(" unsigned") in _WHOLE | {"tinyint", "mediumint"}:
        plain = name.removesuffix(" unsigned")
        plain = _MEANT.get(plain, plain)
        return plain if arguments or plain != name else None
    if name in _NO_LENGTH and arguments:
        return f"varchar{arguments}" if name == "text" else name
    meant = _MEANT.get(name)
    if meant is None or not arguments:
        return meant
    if meant == "text" and name in ("string", "str"):
        meant = "varchar"
    return meant + arguments if meant in _TAKES_LENGTH else meant


def _near(name: str, arguments: str, enums: Mapping[str, str]) -> str | None:
    for known in (enums, [*_KNOWN, "double precision"], EXTENSIONS, _MEANT):
        close = get_close_matches(name, known, n=1, cutoff=0.7)
        if close:
            meant = enums.get(close[0]) or _MEANT.get(close[0], close[0])
            return meant + arguments if arguments and meant in _TAKES_LENGTH else meant
    return None
