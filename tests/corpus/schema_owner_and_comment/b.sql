-- Schema "store" gets another owner and comment, its table keeps its owner; "archive" is left alone.
do $$ begin
    create role nself_corpus_first;
exception when duplicate_object or unique_violation then null;
end $$;
do $$ begin
    create role nself_corpus_second;
exception when duplicate_object or unique_violation then null;
end $$;

create schema store authorization nself_corpus_second;
comment on schema store is E'line one\nline two, with a \\ and a ''quote''';
create table store.item (id integer primary key, label text);
alter table store.item owner to nself_corpus_first;

create schema archive authorization nself_corpus_first;
comment on schema archive is 'not touched';
create table archive.item (id integer primary key, label text);
