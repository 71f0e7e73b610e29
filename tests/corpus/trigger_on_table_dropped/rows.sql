insert into items values (7, 'kept');
