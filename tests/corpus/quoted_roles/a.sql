do $$ begin
    create role "nself_corpus_Mixed Role";
exception when duplicate_object or unique_violation then null;
end $$;
do $$ begin
    create role "nself_corpus_o""dd";
exception when duplicate_object or unique_violation then null;
end $$;

create schema own authorization "nself_corpus_Mixed Role";
create table own.thing (id integer primary key, "the text" text);
grant select, update ("the text") on own.thing to "nself_corpus_o""dd";
alter table own.thing enable row level security;
create policy "all of it" on own.thing to "nself_corpus_o""dd" using (current_user = 'nself_corpus_o"dd');
