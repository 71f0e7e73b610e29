insert into queue values (1, 'hello', null), (2, 'bye', '2024-01-01 00:00:00+00');
call sweep();
