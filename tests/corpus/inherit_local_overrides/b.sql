-- Defaults and not null of children change against their parent's, and one column becomes the child's own as well.
create table public.vehicle (id integer not null, wheels integer default 4, colour text not null default 'white');
create table public.car (wheels integer not null default 4) inherits (public.vehicle);
create table public.bike (wheels integer default 3) inherits (public.vehicle);
create table public.truck (load integer not null default 0) inherits (public.vehicle);
alter table public.truck alter column wheels set default 6;
