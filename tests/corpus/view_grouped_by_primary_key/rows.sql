insert into authors values (1, 'ada', 'Ada'), (2, 'bob', 'Bob');
insert into books values (1, 1, 'Notes');
