create table notes (id integer primary key, body text not null);
create function note_count() returns bigint language sql stable as $$ select count(*) from notes $$;
create view note_stats as select note_count() as n;
