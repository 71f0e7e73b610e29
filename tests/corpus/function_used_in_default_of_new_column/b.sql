-- a column's default calls a new function whose body reads the same table: function after table, column after function
create table devices (id integer primary key, name text not null, code text not null default 'none');
create function serial_of(prefix text) returns text language plpgsql as $$ begin return prefix || (select count(code) from devices); end $$;
create function default_code() returns text language sql as $$ select 'D' || count(*) from devices $$;
alter table devices alter column code set default default_code();
alter table devices add constraint code_filled check (code <> '');
