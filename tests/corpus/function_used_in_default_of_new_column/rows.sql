insert into devices values (1, 'lamp'), (2, 'fan');
