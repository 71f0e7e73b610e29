-- Three tables come at once whose foreign keys form a ring, and a view over them.
create table public.anchor (id integer primary key);
create table public.hen (id integer primary key, egg_id integer, anchor_id integer not null references public.anchor);
create table public.egg (id integer primary key, nest_id integer not null);
create table public.nest (id integer primary key, hen_id integer not null);
alter table public.hen add constraint hen_egg foreign key (egg_id) references public.egg deferrable initially deferred;
alter table public.egg add constraint egg_nest foreign key (nest_id) references public.nest on delete cascade;
alter table public.nest add constraint nest_hen foreign key (hen_id) references public.hen;
create view public.whose as select h.id as hen, e.id as egg, n.id as nest
    from public.hen h join public.egg e on e.id = h.egg_id join public.nest n on n.id = e.nest_id;
