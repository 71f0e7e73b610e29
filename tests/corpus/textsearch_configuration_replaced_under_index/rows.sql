insert into letters values (1, 'dear fox');
