-- a new table whose check, default and index call functions that take its row type or read the table: created in steps
create table owners (id integer primary key, name text not null);
create table pets (id integer not null, owner_id integer not null references owners, name text, born date, primary key (id));
create function pet_is_sane(p pets) returns boolean language sql immutable as $$ select p.name <> '' or p.born is not null $$;
create function next_pet() returns integer language sql stable as $$ select coalesce(max(id), 0) + 1 from pets $$;
alter table pets alter column id set default next_pet();
alter table pets add constraint pets_sane check (pet_is_sane(pets));
create index pets_sane_idx on pets (pet_is_sane(pets));
