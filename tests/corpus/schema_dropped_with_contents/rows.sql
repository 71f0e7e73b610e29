insert into legacy.ticket (priority, title) values ('low', 'dim light'), ('high', 'no light');
insert into public.task values (1, 1000, 'low', 'buy bulb'), (2, null, null, 'rest');
