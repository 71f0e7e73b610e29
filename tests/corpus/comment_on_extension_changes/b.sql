-- the comment that an extension brought along is replaced
create extension hstore;
create table t (id integer primary key, h hstore);
comment on extension hstore is 'keys and values';
