create table public.vehicle (id integer not null, wheels integer default 4, colour text not null default 'white');
create table public.car () inherits (public.vehicle);
create table public.bike (wheels integer default 2) inherits (public.vehicle);
create table public.truck (load integer) inherits (public.vehicle);
alter table public.truck alter column colour set default 'red';
