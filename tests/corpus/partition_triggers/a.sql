create table public.fact (id integer not null, part integer not null, value text) partition by list (part);
create table public.fact_1 partition of public.fact for values in (1);
create table public.fact_2 partition of public.fact for values in (2);
create function public.check_fact() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger fact_check before insert or update on public.fact for each row execute function public.check_fact();
create trigger fact_after after delete on public.fact for each row execute function public.check_fact();
alter table public.fact_2 disable trigger fact_after;
