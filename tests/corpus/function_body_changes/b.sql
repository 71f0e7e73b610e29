-- only bodies change: one in plpgsql, one that differs by nothing but whitespace and a dollar quote inside
do $$ begin create role nself_corpus_app; exception when duplicate_object or unique_violation then null; end $$;
create table counters (name text primary key, value bigint not null default 0);
create function bump(counter text) returns bigint language plpgsql as $f$
declare
    result bigint;
begin
    insert into counters values (counter, 1)
    on conflict (name) do update set value = counters.value + 1
    returning value into result;
    perform $$it's done$$;
    return result;
end $f$;
comment on function bump(text) is 'one up';
revoke execute on function bump(text) from public;
grant execute on function bump(text) to nself_corpus_app;
create function tag(x integer) returns text language sql immutable as '
    select ''a'' || x
';
create function untouched() returns integer language sql as 'select 1';
