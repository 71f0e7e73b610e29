create table seen (id integer primary key, times integer not null default 0);
create function times_seen(which integer) returns integer language sql stable as $$ select times from seen where id = which $$;
create function reset_seen() returns void language plpgsql as $$ begin update seen set times = 0; end $$;
create view seen_once as select id from seen where times_seen(id) = 1;
