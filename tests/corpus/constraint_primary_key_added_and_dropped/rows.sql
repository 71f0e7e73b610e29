insert into public.keyless values (1, 'a'), (2, 'b');
insert into public.keyed values (1, 'a');
insert into public.optional values (1, null);
