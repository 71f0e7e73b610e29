insert into patients (id, name, nickname, born) values (1, 'Ada', null, '1990-12-10'), (2, 'Bob', 'bo', '1985-01-02');
