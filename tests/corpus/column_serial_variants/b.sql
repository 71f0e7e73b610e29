-- smallserial widens with its sequence, a plain integer becomes serial, a serial plain; a fourth table is untouched.
create table public.small (id bigserial primary key, a text);
create table public.plain (id serial primary key, a text);
create table public.numbered (id integer primary key, a text);
create table public.two (one serial, two bigserial, primary key (one, two));
