create table public.account (id integer, balance integer, constraint balance_sane check (balance > -1000), constraint only_here check (id > 0) no inherit);
create table public.savings (constraint savings_sane check (balance >= 0)) inherits (public.account);
create table public.giro (limit_cents integer) inherits (public.account);
create unique index savings_id on public.savings (id);
