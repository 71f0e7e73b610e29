-- one function moves from sql to plpgsql, the other the other way
create table seen (id integer primary key, times integer not null default 0);
create function times_seen(which integer) returns integer language plpgsql stable as $$ begin return (select times from seen where id = which); end $$;
create function reset_seen() returns void language sql as $$ update seen set times = 0 $$;
create view seen_once as select id from seen where times_seen(id) = 1;
