-- Only the comment on an installed extension is another.
create extension pg_trgm;
comment on extension pg_trgm is 'searching names; see the handbook';
create table public.t (id integer primary key);
