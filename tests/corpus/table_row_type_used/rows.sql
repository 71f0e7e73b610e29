insert into public.address values ('Long Street', 'York');
insert into public.customer values (1, ('Short Street', 'Hull'), array[('Old Way', 'Bath')::public.address]);
