insert into public.first_table (a) values ('x');
insert into public.second_table (b) values ('y'), ('z');
