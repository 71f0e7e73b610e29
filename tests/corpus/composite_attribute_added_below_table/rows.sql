insert into public.person values (1, ('Long Street', 'York'), array[('Old Way', 'Hull')::public.address]);
