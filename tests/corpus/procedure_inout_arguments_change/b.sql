-- a procedure gets an inout argument with a default, another an out argument; grants and comments follow
do $$ begin create role nself_corpus_app; exception when duplicate_object or unique_violation then null; end $$;
create table accounts (id integer primary key, cents bigint not null);
create procedure transfer(from_id integer, to_id integer, cents bigint, inout left_over bigint default 0) language plpgsql as $$
begin
    update accounts a set cents = a.cents - transfer.cents where id = from_id returning a.cents into left_over;
    update accounts a set cents = a.cents + transfer.cents where id = to_id;
end $$;
create procedure next_id(in id integer, out next integer) language plpgsql as $$ begin next := id + 1; end $$;
grant execute on procedure transfer(integer, integer, bigint, bigint) to nself_corpus_app;
comment on procedure next_id(integer, out integer) is 'one up';
create function helper() returns integer language sql as 'select 1';
