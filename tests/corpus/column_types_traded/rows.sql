insert into public.mixup values (1, 10, '20');
