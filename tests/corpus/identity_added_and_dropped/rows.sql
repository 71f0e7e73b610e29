insert into public.entry values (1, 'a'), (2, 'b');
insert into public.remark (body) values ('c');
