create table public.sale (id integer primary key, day date not null, cents integer not null);
create table public.daily (day date primary key, cents bigint not null);
create view public.best_day as select day from public.daily order by cents desc limit 1;
