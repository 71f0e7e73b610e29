create table public.small (id smallserial primary key, a text);
create table public.plain (id integer primary key, a text);
create table public.numbered (id serial primary key, a text);
create table public.two (one serial, two bigserial, primary key (one, two));
