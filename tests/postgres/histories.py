"""Random histories of a schema: statements about few names, so that they meet the same objects again and again."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

ROLES = ("history_one", "history_two")

BEGINNING = (
    "create schema s1",
    "create type s1.mood as enum ('a', 'b', 'c')",
    "create domain s1.dom as int",
    "create type s1.comp as (x int, y text)",
)

_WORDS = {
    "schema": ("public", "s1"),
    "table": ("public.t1", 'public."T 2"', "public.t3", "s1.t1", 's1."T 2"', "s1.t3"),
    "bare": ("t1", '"T 2"', "t3"),
    "column": ("a", "b", '"C c"', "d"),
    "type": ("int", "text", "numeric(10, 2)", "s1.mood", "s1.dom", "timestamptz", "int[]", "s1.comp", "varchar(20)"),
    "name": ("n1", "n2", '"N 3"'),
    "object": ("public.n1", "public.n2", "s1.n1", "s1.n2"),
    "view": ("public.v1", "public.v2", "s1.v1", "s1.v2"),
    "function": ("public.f1", "public.f2", "s1.f1", "s1.f2"),
    "label": ("'a'", "'b'", "'x'", "'y'"),
    "text": ("'p'", "'q'", "null"),
    "cascade": ("", "cascade"),
    "ten": ("(0) to (10)", "(10) to (20)", "(20) to (30)"),
    "role": ROLES,
}

_STATEMENTS = """
create table {table} (a int primary key, b text, {column}_ {type})
create table {table} (a int, b text, d timestamptz default now()) partition by range (a)
create table {table} partition of {table} for values from {ten}
create table {table} partition of {table} default
alter table {table} detach partition {table}
alter table {table} attach partition {table} for values from {ten}
create table {table} (x int) inherits ({table})
alter table {table} inherit {table}
alter table {table} no inherit {table}
create table {table} (like {table} including all)
create table {table} as select 1 as a, 'x'::text as b
create table {table} (a int generated always as identity, b serial, c int generated always as (1) stored)
drop table {table} {cascade}
alter table {table} add column {column} {type}
alter table {table} drop column {column} {cascade}
alter table {table} alter column {column} type {type} using null
alter table {table} alter column {column} set default null
alter table {table} alter column {column} set not null
alter table {table} alter column {column} drop not null
alter table {table} rename column {column} to {column}
alter table {table} rename to {bare}
alter table {table} set schema {schema}
alter table {table} owner to {role}
alter table {table} add constraint {name} check (a > 0)
alter table {table} add constraint {name} unique (a)
alter table {table} add constraint {name} foreign key (a) references {table}
alter table {table} add constraint {name} foreign key (a) references {table} (a) not valid
alter table {table} drop constraint {name} {cascade}
alter table {table} rename constraint {name} to {name}
alter table {table} validate constraint {name}
alter table {table} enable row level security
alter table {table} replica identity full
alter table {table} set (fillfactor = 70)
create index {name} on {table} (a)
create index {name} on only {table} (a)
create unique index {name} on {table} (a, b)
create index {name} on {table} (lower(b)) where a > 1
alter index {object} attach partition {object}
alter index {object} rename to {name}
drop index {object}
create view {view} as select * from {table}
create view {view} as select * from {view}
create or replace view {view} as select a, b from {table}
alter view {view} rename column a to {column}
alter view {view} alter column a set default 3
drop view {view} {cascade}
create materialized view {schema}.m1 as select * from {table}
drop materialized view {schema}.m1
create function {function}(x {table}) returns int language sql as 'select 1'
create function {function}(x int) returns setof {table} language sql as 'select null::{table}'
create function {function}() returns int language sql return (select count(a)::int from {table})
create function {function}(x {type}) returns {type} language sql as 'select null'
create function {function}() returns trigger language plpgsql as 'begin return new; end'
alter function {function} rename to f1
alter function {function} set schema {schema}
drop function {function} {cascade}
create trigger {name} before insert on {table} for each row execute function {function}()
alter trigger {name} on {table} rename to {name}
alter table {table} disable trigger {name}
drop trigger {name} on {table}
create policy {name} on {table} using (a > 0)
create policy {name} on {table} to {role} using (exists (select from {table} z where z.a = 1))
alter policy {name} on {table} rename to {name}
drop policy {name} on {table}
create rule {name} as on insert to {table} do also select 1
drop rule {name} on {table}
create statistics {object} on a, b from {table}
drop statistics {object}
alter type s1.mood add value {label}
alter type s1.mood rename value {label} to {label}
alter type {schema}.mood rename to mood2
alter type {schema}.mood2 rename to mood
alter type {schema}.mood set schema {schema}
drop type {schema}.mood cascade
alter domain s1.dom add constraint {name} check (value > 0)
alter domain s1.dom drop constraint {name}
alter domain s1.dom set default 4
alter domain s1.dom rename to dom2
alter domain s1.dom2 rename to dom
alter type s1.comp add attribute z int
alter type s1.comp drop attribute z
alter type s1.comp alter attribute x type text
alter schema s1 rename to s9
alter schema s9 rename to s1
comment on table {table} is {text}
comment on column {table}.a is {text}
comment on constraint {name} on {table} is {text}
comment on index {object} is {text}
comment on schema s1 is {text}
comment on type s1.mood is {text}
comment on policy {name} on {table} is {text}
grant select on {table} to {role}
grant select (a) on {table} to {role}
revoke select on {table} from {role}
grant select on all tables in schema {schema} to {role}
revoke all on all tables in schema {schema} from {role}
grant usage on schema s1 to {role}
revoke execute on function {function} from public
grant usage on type s1.mood to {role}
alter default privileges in schema s1 grant select on tables to {role}
alter default privileges in schema s1 revoke select on tables from {role}
reassign owned by history_one to history_two
drop owned by {role}
create sequence {schema}.q1
alter sequence {schema}.q1 owned by {table}.a
alter table {table} alter column a set default nextval('{schema}.q1')
drop sequence {schema}.q1 {cascade}
alter table {table} alter column a add generated always as identity
alter table {table} alter column a drop identity
create publication history_pub for table {table}
alter publication history_pub add table {table}
drop publication history_pub
truncate {table}
insert into {table} (a) values (1)
create extension hstore schema {schema}
drop extension hstore
create operator {schema}.=== (leftarg = int, rightarg = int, function = int4eq)
create cast (text as {schema}.mood) with inout
create collation {schema}.co from "C"
alter table {table} alter column b type text collate s1.co
create aggregate {schema}.ag(int) (sfunc = int4pl, stype = int)
create procedure {schema}.pr() language sql as 'select 1'
do $$ begin alter table {table} add column d int; create table {table} (a int); end $$
set local search_path = s1, public
set local search_path = public
""".strip().splitlines()


def statements(seed: int) -> Iterator[str]:
    """Statements without end; many are not possible where they stand."""
    chance = random.Random(seed)
    while True:
        template = chance.choice(_STATEMENTS)
        yield re.sub(r"\{(\w+)\}", lambda found: chance.choice(_WORDS[found[1]]), template).replace('"_', '_"')
