create schema ext;
create extension hstore with schema ext;

create table public.gadget (
    id integer primary key,
    tags ext.hstore not null default ''::ext.hstore
);
create index gadget_tags_idx on public.gadget using gin (tags);
create view public.red_gadget as select id from public.gadget where tags operator(ext.->) 'colour' = 'red';
