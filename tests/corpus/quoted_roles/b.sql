-- Roles with names that need quoting, as owners, in grants and in policies.
do $$ begin
    create role "nself_corpus_Mixed Role";
exception when duplicate_object or unique_violation then null;
end $$;
do $$ begin
    create role "nself_corpus_o""dd";
exception when duplicate_object or unique_violation then null;
end $$;

create schema own authorization "nself_corpus_o""dd";
create table own.thing (id integer primary key, "the text" text);
alter table own.thing owner to "nself_corpus_Mixed Role";
grant select ("id"), insert on own.thing to "nself_corpus_o""dd" with grant option;
alter table own.thing enable row level security;
create policy "all of it" on own.thing to "nself_corpus_o""dd", "nself_corpus_Mixed Role" using (current_user <> 'nself_corpus_o"dd');
