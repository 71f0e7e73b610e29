"""Random small schemas: scripts that the server always takes, over few names, so that two have much in common."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from hypothesis import strategies as st

ROLES = ("nself_random_one", 'nself_random_"two')

_TYPES = {
    "integer": ("0", "40 + 2"),
    "bigint": ("7", "-1"),
    "text": ("''", "'it''s'"),
    "character varying(20)": ("'a'", "'b'"),
    "numeric(10,2)": ("0.5", "1.00"),
    "boolean": ("true", "false"),
    "timestamp with time zone": ("now()", "'2020-01-01 00:00:00+00'"),
    "jsonb": ("'{}'", "'[1]'"),
    "uuid": ("gen_random_uuid()",),
}
"""Types of columns, each with defaults."""

_ARRAYS = {"text[]": ("'{}'", "array['a', 'b']")}
"""Types of the column `words`."""

_NAMES = ("total", '"Note"', '"select"', "flag")
_TABLES = ("parent", '"Order Items"', "log", "zero")
_LABELS = ("low", "it''s", "High", "mid")


@dataclass
class _Column:
    name: str
    type: str
    generated: bool = False


@dataclass
class _Table:
    name: str
    key: str  # the type of its column `id`
    has_key: bool = False
    partitioned: bool = False
    unlogged: bool = False
    columns: list[_Column] = field(default_factory=list)

    def named(self, *types: str) -> list[str]:
        return [column.name for column in self.columns if column.type in types]

    @property
    def bare(self) -> str:
        """Its name without schema and quotes, to make names of."""
        return self.name.rpartition(".")[2].strip('"').replace(" ", "_").lower()


class _Writer:
    """Draws one schema, statement by statement; what is drawn is only what the statements before allow."""

    def __init__(self, draw: st.DrawFn, *, wild: bool = False) -> None:
        self.draw = draw
        self.wild = wild
        self.tables: list[_Table] = []
        self.types = dict(_TYPES)
        self.arrays = dict(_ARRAYS)

    def maybe(self, of: int = 2) -> bool:
        """True once in so many times."""
        return self.draw(st.integers(0, of - 1)) == 0

    def one(self, *choices: str) -> str:
        return self.draw(st.sampled_from(choices))

    def script(self) -> str:
        return "".join(f"{statement};\n" for statement in self._statements())

    def _statements(self) -> Iterator[str]:
        yield "create schema app"
        yield from self._made_types()
        yield from self._functions()
        for name in _TABLES:
            if self.draw(st.integers(0, 3)):
                movable = self.wild or name != "log"
                schema = self.one("public", "public", "app") if movable else "public"
                yield from self._table(f"{schema}.{name}")
        yield from self._foreign_keys()
        for table in self.tables:
            yield from self._on_table(table)
        yield from self._views()
        yield from self._default_privileges()

    def _made_types(self) -> Iterator[str]:
        labels = self.draw(st.lists(st.sampled_from(_LABELS), unique=True, max_size=4))
        if labels:
            listed = ", ".join(f"'{label}'" for label in labels)
            yield f"create type mood as enum ({listed})"
            self.types["mood"] = (f"'{labels[0]}'", f"'{labels[-1]}'")
            self.arrays["mood[]"] = ("'{}'",)
        if self.wild:
            self.types |= self.arrays
        if self.maybe():
            base = self.one("integer", "bigint")
            yield f"create domain amount as {base}" + self.one("", " default 5", " not null default 3")
            if self.maybe():
                yield f"alter domain amount add constraint amount_check check (value > {self.one('0', '1')})"
            self.types["amount"] = ("9",)

    def _functions(self) -> Iterator[str]:
        options = self.one("", "as integer", "increment by 5 start with 10", "cycle cache 7")
        yield f"create sequence counter {options}"
        kept = self.one("immutable", "immutable strict", "immutable parallel safe")
        body = f"'select v > {self.one('0', '1')}'"
        yield f"create function is_fine(v bigint) returns boolean language sql {kept} as {body}"
        result = self.one("integer", "bigint")
        # What its body names the server does not know.
        body = "'begin return nextval(''counter''); end'"
        yield f"create function next_code() returns {result} language plpgsql as {body}"
        yield (
            "create function touch() returns trigger language plpgsql as "
            f"$$ begin {self.one('return new', 'raise notice $n$hm$n$; return new')}; end $$"
        )
        if self.maybe(3):
            yield f"revoke execute on function is_fine from public; grant execute on function is_fine to {self._role()}"

    def _role(self) -> str:
        return self.one("nself_random_one", '"nself_random_""two"')

    def _table(self, name: str) -> Iterator[str]:
        # What a table is partitioned by can get no other type, and would be refused: so this one never gets another.
        is_log = name.endswith(".log")
        table = _Table(name, "bigint" if is_log else self.one("integer", "bigint"), partitioned=is_log and self.maybe())
        identity = self.one("", "", " generated always as identity", " generated by default as identity (start with 5)")
        if table.partitioned:
            identity = ""
        lines = [f"id {table.key}{identity or ' not null'}"]
        for column in self.draw(st.permutations(_NAMES))[: self.draw(st.integers(0, 4))]:
            lines.append(self._column(table, column))
        if self.maybe(3):
            lines.append(f"words {self.one(*self.arrays)}{self.one('', ' not null')}")
        if self.draw(st.integers(0, 2)):
            table.has_key = True
            lines.append(f"constraint {table.bare}_key primary key (id)")
        tail = " partition by range (id)" if table.partitioned else self.one("", "", " with (fillfactor = 70)")
        table.unlogged = not table.partitioned and (self.wild or name.endswith(".zero")) and self.maybe(3)
        yield f"create {'unlogged ' if table.unlogged else ''}table {name} ({', '.join(lines)}){tail}"
        self.tables.append(table)
        if table.partitioned:
            yield from self._partitions(table)

    def _column(self, table: _Table, name: str) -> str:
        type_ = self.one(*self.types)
        if self.maybe(6):
            table.columns.append(_Column(name, "bigint", generated=True))
            return f"{name} bigint generated always as (id * {self.one('2', '3')}) stored"
        table.columns.append(_Column(name, type_))
        text = f"{name} {type_}"
        if type_ in ("integer", "bigint") and self.maybe(3):
            text += f" default {self.one('next_code()', 'nextval($s$counter$s$)')}"
        elif self.maybe():
            text += f" default {self.one(*self.types[type_])}"
        return text + self.one("", " not null")

    def _partitions(self, table: _Table) -> Iterator[str]:
        middle = self.one("50", "70")
        for number, (low, high) in enumerate((("0", middle), (middle, "100"))):
            if self.draw(st.integers(0, 2)):
                yield (
                    f"create table public.{table.bare}_part{number} partition of {table.name} "
                    f"for values from ({low}) to ({high})"
                )
        if self.maybe():
            yield f"create table public.{table.bare}_rest partition of {table.name} default"

    def _foreign_keys(self) -> Iterator[str]:
        for table in self.tables:
            for other in self.tables:
                if not self.wild and "zero" in (table.bare, other.bare):
                    continue
                if other.has_key and (other.key, other.unlogged) == (table.key, table.unlogged) and self.maybe(4):
                    action = self.one("", " on delete cascade", " on update cascade deferrable")
                    yield (
                        f"alter table {table.name} add constraint {table.bare}_to_{other.bare} "
                        f"foreign key (id) references {other.name} (id){action}"
                    )

    def _on_table(self, table: _Table) -> Iterator[str]:
        yield from self._checks(table)
        yield from self._indexes(table)
        if self.maybe(3):
            yield f"alter table {table.name} enable row level security"
            roles = self.one("public", self._role())
            using = self.one("id > 0", "public.is_fine(id)", "current_user = 'one'")
            yield f"create policy own on {table.name} {self.one('', 'as restrictive')} to {roles} using ({using})"
        if self.maybe(3):
            events = self.one("update", "insert or update", "delete")
            yield (
                f"create trigger touched {self.one('before', 'after')} {events} on {table.name} "
                "for each row execute function touch()"
            )
        if self.maybe(3):
            privileges = self.one("select", "select, insert", "all", "select (id)")
            yield f"grant {privileges} on {table.name} to {self._role()}"
        if self.maybe(3):
            yield f"comment on table {table.name} is '{self.one('one', 'its')}'"
        if self.maybe(4):
            yield f"comment on column {table.name}.id is 'which'"
        if table.columns and self.maybe(4):
            yield f"create statistics {table.bare}_stats on id, {table.columns[0].name} from {table.name}"
        if not table.partitioned and self.maybe(6):
            yield f"alter table {table.name} owner to {self._role()}"

    def _checks(self, table: _Table) -> Iterator[str]:
        number = [*table.named("integer", "bigint", "amount"), "id"][0]
        if self.maybe(3):
            expression = self.one(f"{number} > 0", f"public.is_fine({number})", f"{number} between 1 and 5")
            yield f"alter table {table.name} add constraint {table.bare}_check check ({expression})"
        for column in table.named("character varying(20)")[:1]:
            yield f"alter table {table.name} add constraint {table.bare}_words check ({column} in ('a', 'b', 'it''s'))"
        for column in table.named("text")[:1]:
            longer = self.one("1", "2")
            yield f"alter table {table.name} add constraint {table.bare}_long check (length({column}) > {longer})"

    def _indexes(self, table: _Table) -> Iterator[str]:
        for column in table.columns[:2]:
            if column.type == "jsonb" or self.maybe():
                continue
            name = f"{table.bare}_on_{column.name.strip(chr(34)).lower()}"
            expression = f"lower({column.name})" if column.type == "text" and self.maybe() else column.name
            unique = "" if table.partitioned else self.one("", "unique ")
            where = f" where {column.name} is not null" if self.maybe(3) else ""
            yield f"create {unique}index {name} on {table.name} ({expression} {self.one('', 'desc')}){where}"
        if table.columns and not table.partitioned and self.maybe(4) and table.columns[-1].type != "jsonb":
            yield f"alter table {table.name} add constraint {table.bare}_once unique (id, {table.columns[-1].name})"

    def _views(self) -> Iterator[str]:
        for number, table in enumerate(self.tables[:2]):
            if self.maybe():
                continue
            kept = [column.name for column in table.columns if self.maybe()]
            options = self.one("", " with (security_barrier = true)")
            names = ", ".join(["id", *kept])
            yield f"create view view{number}{options} as select {names} from {table.name} where id > 0"
            if self.maybe():
                yield f"grant select on view{number} to {self._role()}"
            if self.maybe():
                called = self.one("is_fine(id)", "id > 5")
                yield f"create view upper{number} as select id, {called} as fine from view{number}"
                if self.maybe():
                    yield f"comment on view upper{number} is 'on top'"
            if self.maybe(3):
                yield f"create materialized view kept{number} as select * from view{number}"
                yield f"create unique index kept{number}_id on kept{number} (id)"

    def _default_privileges(self) -> Iterator[str]:
        if self.maybe(4):
            yield f"alter default privileges in schema app grant select on tables to {self._role()}"


@st.composite
def schemas(draw: st.DrawFn, *, wild: bool = False) -> str:
    """The script of a schema; in wild ones columns become arrays, and whole trees change at once with their keys."""
    return _Writer(draw, wild=wild).script()
