-- Named not-null constraints: one renamed, one named, one without a name, one not inherited, one not yet valid.
create table public.crate (
    id integer primary key,
    label text constraint label_given not null,
    weight integer constraint weight_is_given not null,
    colour text not null,
    depth integer,
    size integer constraint size_given not null no inherit
);
create table public.box () inherits (public.crate);
alter table public.crate add constraint depth_given not null depth not valid;
comment on constraint label_given on public.crate is 'a label is a must';
