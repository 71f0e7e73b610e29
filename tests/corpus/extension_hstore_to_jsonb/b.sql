-- The hstore column becomes jsonb; extension and its schema go.
create table public.gadget (
    id integer primary key,
    tags jsonb not null default '{}'::jsonb
);
create index gadget_tags_idx on public.gadget using gin (tags);
create view public.red_gadget as select id from public.gadget where tags ->> 'colour' = 'red';
