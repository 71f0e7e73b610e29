create table public.payment (
    id integer primary key,
    cents integer not null,
    day date not null
);
create view public.payment_euro as select id, cents / 100.0 as euro, cents, day from public.payment;
create view public.payment_day as select day, sum(cents) as cents, max(cents) as largest from public.payment_euro group by day;
create materialized view public.payment_month as
    select date_trunc('month', day::timestamp)::date as month, sum(cents) as cents, max(largest) as largest from public.payment_day group by 1
    with no data;
create unique index payment_month_key on public.payment_month (month);
create view public.best_month as select month, largest from public.payment_month order by cents desc limit 3;
comment on view public.best_month is 'three of them';
comment on column public.payment_month.cents is 'of the month';
create view public.bystander as select id from public.payment;
