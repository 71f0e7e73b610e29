-- the login trigger of PostgreSQL 17 is turned off and its function says something else
create table visits (id integer primary key);
create function on_login() returns event_trigger language plpgsql as $$ begin raise debug 'hello again'; end $$;
create event trigger greet on login execute function on_login();
alter event trigger greet disable;
comment on event trigger greet is 'says nothing';
