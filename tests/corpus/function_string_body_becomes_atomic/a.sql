create table flags (name text primary key, enabled boolean not null);
create function flag(which text) returns boolean language sql stable as $$ select enabled from flags where name = which $$;
create function no_flags() returns boolean language sql stable return not exists (select 1 from flags where enabled);
create view flag_x as select flag('x') as x;
