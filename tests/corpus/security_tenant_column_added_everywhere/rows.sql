insert into app.projects values (1, 'house');
insert into app.tasks values (1, 1, 'paint');
