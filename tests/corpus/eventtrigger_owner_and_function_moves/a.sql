create schema old_home;
create schema new_home;
create function old_home.watch() returns event_trigger language plpgsql as $$ begin raise debug '%', tg_event; end $$;
create event trigger watch_all on ddl_command_end execute function old_home.watch();
comment on event trigger watch_all is 'sees everything';
create table old_home.things (id integer primary key);
