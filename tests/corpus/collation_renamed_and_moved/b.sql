-- a collation moves to another schema and an unused one goes; primary key column and index follow
do $$ begin create role nself_corpus_owner; exception when duplicate_object or unique_violation then null; end $$;
create schema i18n;
create collation i18n.by_bytes from "C";
alter collation i18n.by_bytes owner to nself_corpus_owner;
create table words (word text collate i18n.by_bytes primary key, hint text);
create index words_hint_idx on words (hint collate i18n.by_bytes desc);
