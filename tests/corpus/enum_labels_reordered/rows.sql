insert into public.todo values (1, 'low'), (2, 'high'), (3, 'normal');
refresh materialized view public.todo_count;
