-- nothing but the enabled state of four triggers goes round; a disabled one changes its event and stays disabled
create table t (id integer primary key);
create function noop() returns trigger language plpgsql as $$ begin return null; end $$;
create trigger t_1_enabled after insert on t for each row execute function noop();
create trigger t_2_disabled after insert on t for each row execute function noop();
create trigger t_3_replica after insert on t for each row execute function noop();
create trigger t_4_always after insert on t for each row execute function noop();
create trigger t_5_same after insert or update on t for each row execute function noop();
alter table t enable always trigger t_1_enabled;
alter table t enable replica trigger t_2_disabled;
alter table t disable trigger t_3_replica;
alter table t disable trigger t_5_same;
