do $$ begin create role nself_corpus_app; exception when duplicate_object or unique_violation then null; end $$;
create table counters (name text primary key, value bigint not null default 0);
create function bump(counter text) returns bigint language plpgsql as $$
begin
    update counters set value = value + 1 where name = counter;
    return (select value from counters where name = counter);
end $$;
comment on function bump(text) is 'one up';
revoke execute on function bump(text) from public;
grant execute on function bump(text) to nself_corpus_app;
create function tag(x integer) returns text language sql immutable as 'select ''a'' || x';
create function untouched() returns integer language sql as 'select 1';
