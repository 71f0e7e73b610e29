-- the function of an event trigger moves to another schema, and the old schema is gone
create schema new_home;
create function new_home.watch() returns event_trigger language plpgsql as $$ begin raise debug '%', tg_event; end $$;
create event trigger watch_all on ddl_command_end execute function new_home.watch();
comment on event trigger watch_all is 'sees everything';
create table new_home.things (id integer primary key);
