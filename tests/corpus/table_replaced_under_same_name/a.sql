create table public.log (
    at timestamp not null,
    line text not null
);
create index log_at on public.log (at);
create view public.last_line as select line from public.log order by at desc limit 1;
create table public.reader (id integer primary key);
