-- The enum is rebuilt (labels reordered) below overloaded functions, a table function, a procedure and an aggregate.
create type public.kind as enum ('b', 'a', 'c');
create table public.thing (id integer primary key, kind public.kind not null);
create function public.of_kind(k public.kind) returns setof public.thing language sql stable as 'select * from public.thing where kind = k';
create function public.of_kind(k text) returns setof public.thing language sql stable as 'select * from public.of_kind(k::public.kind)';
create function public.kinds() returns table (kind public.kind, n bigint) language sql stable as 'select kind, count(*) from public.thing group by kind';
create procedure public.set_kind(which integer, inout k public.kind) language plpgsql as $$ begin update public.thing set kind = k where id = which; end $$;
create aggregate public.first_kind(public.kind) (sfunc = enum_smaller, stype = public.kind);
