create table public.sale (id integer primary key, day date not null, cents integer not null);
create view public.daily as select day, sum(cents) as cents from public.sale group by day;
create materialized view public.monthly as select date_trunc('month', day::timestamp) as month, sum(cents) as cents from public.daily group by 1;
create index monthly_cents on public.monthly (cents);
create function public.to_euro(cents numeric) returns numeric language sql immutable as 'select cents / 100';
create view public.monthly_euro as select month, public.to_euro(cents) as euro from public.monthly;
comment on view public.daily is 'by day';
