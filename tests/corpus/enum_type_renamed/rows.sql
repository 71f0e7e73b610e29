insert into public.lamp values (1, 'on'), (2, default);
insert into app.fan values (1, '{on,off}');
