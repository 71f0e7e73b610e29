insert into public.visit values ('home', 1), ('shop', 2);
