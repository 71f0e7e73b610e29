-- Foreign keys, a unique and a primary key change between not deferrable, deferrable and initially deferred.
create table public.node (id integer primary key, position integer not null, constraint node_position unique (position) deferrable initially deferred);
create table public.edge (
    source integer not null constraint edge_source references public.node deferrable initially deferred,
    target integer not null constraint edge_target references public.node deferrable initially deferred,
    weight integer constraint edge_weight references public.node,
    constraint edge_pk primary key (source, target)
);
create table public.kept (id integer constraint kept_node references public.node deferrable initially deferred);
