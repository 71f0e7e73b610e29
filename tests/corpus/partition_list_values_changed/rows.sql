insert into public.customer values (1, 'de', 'a'), (2, 'us', 'b'), (3, 'fr', 'c');
