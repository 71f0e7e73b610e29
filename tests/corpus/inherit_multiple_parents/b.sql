-- One parent of a child goes, another comes, and a grandchild inherits through the change.
create table public.named (name text not null);
create table public.dated (created date default '2020-01-01', name text);
create table public.priced (cents integer check (cents >= 0));
create table public.product (id integer primary key) inherits (public.named, public.priced);
create table public.gift (wish text) inherits (public.product, public.dated);
create view public.everything_named as select name from public.named;
