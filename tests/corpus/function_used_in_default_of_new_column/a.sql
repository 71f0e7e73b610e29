create table devices (id integer primary key, name text not null);
create function serial_of(prefix text) returns text language plpgsql as $$ begin return prefix || (select count(*) from devices); end $$;
