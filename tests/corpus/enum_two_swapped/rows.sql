insert into public.cat values (1, 'awake');
insert into public.dog values (1, 'barking');
