create type public.level as enum ('debug', 'info', 'warning', 'error');
create table public.line (id integer primary key, level public.level not null default 'debug', text text);
create table public.filter (id integer primary key, levels public.level[] not null default '{debug,error}');
create view public.noise as select id from public.line where level < 'warning';
