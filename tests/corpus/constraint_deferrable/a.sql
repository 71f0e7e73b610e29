create table public.node (id integer primary key, position integer not null, constraint node_position unique (position));
create table public.edge (
    source integer not null constraint edge_source references public.node,
    target integer not null constraint edge_target references public.node deferrable,
    weight integer constraint edge_weight references public.node deferrable initially deferred,
    constraint edge_pk primary key (source, target) deferrable initially immediate
);
create table public.kept (id integer constraint kept_node references public.node deferrable initially deferred);
