-- the function that rules call gets an argument, so rules on the view are made anew
create table inbox (id integer primary key, body text not null);
create table outbox (id integer primary key, body text not null);
create function clean(t text, chars text default ' ') returns text language sql immutable as $$ select btrim(t, chars) $$;
create view all_mail as select id, body, 'in' as box from inbox union all select id, body, 'out' from outbox;
create rule mail_insert as on insert to all_mail where new.box = 'in' do instead insert into inbox values (new.id, clean(new.body));
create rule mail_insert_out as on insert to all_mail where new.box = 'out' do instead insert into outbox values (new.id, clean(new.body));
create rule mail_else as on insert to all_mail do instead nothing;
