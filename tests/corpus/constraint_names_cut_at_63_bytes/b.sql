-- The long-named table gains a second of each, so that the server's cut names take numbers.
create table public.a_table_whose_name_is_rather_long_but_still_legal (
    id integer primary key,
    a_column_whose_name_is_rather_long_as_well integer unique check (a_column_whose_name_is_rather_long_as_well > 0),
    another_column_whose_name_is_rather_long integer references public.a_table_whose_name_is_rather_long_but_still_legal,
    a_column_whose_name_is_rather_long_as_well_2 integer unique check (a_column_whose_name_is_rather_long_as_well_2 > 0),
    another_column_whose_name_is_rather_long_2 integer references public.a_table_whose_name_is_rather_long_but_still_legal
);
create index on public.a_table_whose_name_is_rather_long_but_still_legal (a_column_whose_name_is_rather_long_as_well, another_column_whose_name_is_rather_long);
create index on public.a_table_whose_name_is_rather_long_but_still_legal (a_column_whose_name_is_rather_long_as_well_2, another_column_whose_name_is_rather_long_2);
create table public.short (id integer primary key);
