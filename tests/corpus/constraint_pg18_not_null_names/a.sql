create table public.crate (
    id integer primary key,
    label text not null,
    weight integer constraint weight_given not null,
    colour text constraint colour_given not null,
    depth integer,
    size integer not null
);
create table public.box () inherits (public.crate);
