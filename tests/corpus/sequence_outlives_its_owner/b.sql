-- The table that owns a sequence goes, the sequence stays for the other table's default.
create sequence public.first_table_id_seq as integer;
create table public.second_table (
    id integer primary key default nextval('public.first_table_id_seq'),
    b text
);
