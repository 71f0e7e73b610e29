create table steps (id integer primary key, n integer not null);
create function one() returns trigger language plpgsql as $$ begin new.n := new.n + 1; return new; end $$;
create function two() returns trigger language plpgsql as $$ begin new.n := new.n * 2; return new; end $$;
create trigger a_first before insert on steps for each row execute function one();
create trigger b_second before insert on steps for each row execute function two();
comment on trigger a_first on steps is 'plus one';
