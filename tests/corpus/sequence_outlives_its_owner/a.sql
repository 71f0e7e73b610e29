create table public.first_table (id serial primary key, a text);
create table public.second_table (
    id integer primary key default nextval('public.first_table_id_seq'),
    b text
);
create view public.first_view as select id, a from public.first_table;
