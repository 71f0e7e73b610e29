insert into contact_cards (id, full_name) values (1, 'Ada Lovelace');
