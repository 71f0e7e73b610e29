-- View, materialized view, index and function have other names, in a chain of which only the last keeps its own.
create table public.sale (id integer primary key, day date not null, cents integer not null);
create view public.sale_by_day as select day, sum(cents) as cents from public.sale group by day;
create materialized view public.sale_by_month as select date_trunc('month', day::timestamp) as month, sum(cents) as cents from public.sale_by_day group by 1;
create index sale_by_month_cents on public.sale_by_month (cents);
create function public.cents_to_euro(cents numeric) returns numeric language sql immutable as 'select cents / 100';
create view public.monthly_euro as select month, public.cents_to_euro(cents) as euro from public.sale_by_month;
comment on view public.sale_by_day is 'by day';
