create table visits (id integer primary key);
create function on_login() returns event_trigger language plpgsql as $$ begin raise debug 'hello'; end $$;
create event trigger greet on login execute function on_login();
comment on event trigger greet is 'says hello';
