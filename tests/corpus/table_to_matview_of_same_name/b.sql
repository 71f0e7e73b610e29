-- The summary table becomes a materialized view with an index of another name.
create table public.sale (id integer primary key, day date not null, cents integer not null);
create materialized view public.daily as select day, sum(cents) as cents from public.sale group by day;
create unique index daily_day_key on public.daily (day);
create view public.best_day as select day from public.daily order by cents desc limit 1;
