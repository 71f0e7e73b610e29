insert into public.book values ('978-0-393-04002-9', 'one');
insert into public.loan values (1, '978-0-393-04002-9');
