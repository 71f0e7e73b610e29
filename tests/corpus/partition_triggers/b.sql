-- Triggers of the parent, which partitions have as clones, change condition and state, on all or on one partition.
create table public.fact (id integer not null, part integer not null, value text) partition by list (part);
create table public.fact_1 partition of public.fact for values in (1);
create table public.fact_2 partition of public.fact for values in (2);
create function public.check_fact() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger fact_check before insert on public.fact for each row when (new.value is not null) execute function public.check_fact();
create trigger fact_after after delete on public.fact for each row execute function public.check_fact();
alter table public.fact_1 enable always trigger fact_after;
