insert into public.note (body, author) values ('a', 'x'), ('b', 'y');
insert into public.note_tag values (1, 't');
