create table logs (id integer primary key, level integer not null, line text);
create function logs_filter() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger logs_always before insert on logs for each row when (new.level > 2) execute function logs_filter();
create trigger logs_off before insert on logs for each row when (new.level > 9) execute function logs_filter();
create trigger logs_plain before insert on logs for each row execute function logs_filter();
alter table logs enable always trigger logs_always;
alter table logs disable trigger logs_off;
comment on trigger logs_off on logs is 'off since the outage';
