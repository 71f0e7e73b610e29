-- the state type gets a new field type: its functions, the aggregate over them, a view and a function above are rebuilt
do $$ begin create role nself_corpus_owner; exception when duplicate_object or unique_violation then null; end $$;
create type span as (low bigint, high bigint);
create function widen(state span, x integer) returns span language sql immutable as $$ select (least((state).low, x), greatest((state).high, x))::span $$;
create function width(state span) returns integer language sql immutable as $$ select ((state).high - (state).low)::integer $$;
create aggregate spread(degrees integer) (sfunc = widen, stype = span, finalfunc = width);
alter aggregate spread(integer) owner to nself_corpus_owner;
comment on aggregate spread(integer) is 'highest minus lowest';
create table temps (day date not null, degrees integer not null);
create view spreads as select day, spread(degrees) as spread from temps group by day;
create function max_spread() returns integer language sql stable
    begin atomic
        select max(spread) from spreads;
    end;
