-- Two columns move from one table to the other; the lower view changes its source, the upper one does not change.
create table public.account (id integer primary key, email text not null unique);
create table public.billing (account_id integer primary key references public.account on delete cascade, iban text, plan text not null default 'free', seats integer not null default 1 check (seats > 0));
create view public.account_plan as select a.id, b.plan, b.seats from public.account a join public.billing b on b.account_id = a.id;
create view public.revenue as select plan, sum(seats) * 5 as euro from public.account_plan group by plan;
create function public.seats_of(which integer) returns integer language sql stable as 'select seats from public.billing where account_id = which';
alter table public.billing add constraint billing_iban check (iban is null or length(iban) > 10);
