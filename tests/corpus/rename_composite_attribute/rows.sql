insert into public.shop values (1, ('Long Street', 'York'));
