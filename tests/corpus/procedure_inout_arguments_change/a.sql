do $$ begin create role nself_corpus_app; exception when duplicate_object or unique_violation then null; end $$;
create table accounts (id integer primary key, cents bigint not null);
create procedure transfer(from_id integer, to_id integer, cents bigint) language plpgsql as $$
begin
    update accounts a set cents = a.cents - transfer.cents where id = from_id;
    update accounts a set cents = a.cents + transfer.cents where id = to_id;
end $$;
create procedure next_id(inout id integer) language plpgsql as $$ begin id := id + 1; end $$;
grant execute on procedure transfer(integer, integer, bigint) to nself_corpus_app;
comment on procedure next_id(integer) is 'one up';
create function helper() returns integer language sql as 'select 1';
