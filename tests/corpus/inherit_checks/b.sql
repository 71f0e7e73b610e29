-- Inherited checks change, rise from child to parent and become not inherited.
create table public.account (id integer, balance integer, constraint balance_sane check (balance > -5000) no inherit, constraint savings_sane check (balance is not null));
create table public.savings (constraint own_sane check (balance >= 0)) inherits (public.account);
create table public.giro (limit_cents integer, constraint balance_sane check (balance > -9000)) inherits (public.account);
create unique index savings_id on public.savings (id);
