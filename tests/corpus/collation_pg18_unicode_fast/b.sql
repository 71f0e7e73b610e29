-- the locale PG_UNICODE_FAST of PostgreSQL 18 stands behind column, generated column and index expression
create collation folding (provider = builtin, locale = 'PG_UNICODE_FAST');
create table notes (id integer primary key, title text collate folding not null, slug text generated always as (lower(title collate folding)) stored);
create index notes_upper_idx on notes (upper(title));
