insert into metrics values ('2023-05-05', 1), ('2024-05-05', 2);
