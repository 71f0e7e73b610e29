insert into public.batch default values;
