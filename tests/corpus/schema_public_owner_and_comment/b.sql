-- The standard schema "public" gets an owner and a comment of its own.
do $$ begin
    create role nself_corpus_public_owner;
exception when duplicate_object or unique_violation then null;
end $$;

create table public.thing (id integer primary key);
alter schema public owner to nself_corpus_public_owner;
comment on schema public is 'ours now';
