-- sql bodies name a table and a view that are new; the old table goes: pg_depend knows none of it
create table memos (id integer primary key, body text not null, archived boolean not null default false);
create view live_memos as select id, body from memos where not archived;
create function note_count() returns bigint language sql stable as $$ select count(*) from live_memos $$;
create view note_stats as select note_count() as n;
create function add_memo(which integer, words text) returns memos language sql as $$ insert into memos values (which, words) returning * $$;
