do $$ begin create role nself_corpus_owner; exception when duplicate_object or unique_violation then null; end $$;
create schema i18n;
create collation by_bytes from "C";
create collation unused (provider = libc, locale = 'C');
alter collation by_bytes owner to nself_corpus_owner;
create table words (word text collate by_bytes primary key, hint text);
create index words_hint_idx on words (hint collate by_bytes desc);
