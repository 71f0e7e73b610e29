create collation folding (provider = builtin, locale = 'C.UTF-8');
create table notes (id integer primary key, title text collate folding not null, slug text generated always as (lower(title collate folding)) stored);
create index notes_upper_idx on notes (upper(title));
