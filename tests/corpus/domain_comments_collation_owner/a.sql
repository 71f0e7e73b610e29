do $$ begin
    create role nself_corpus_typist;
exception when duplicate_object or unique_violation then null;
end $$;

create domain public.word as text collate "C" constraint word_one check (value !~ ' ') constraint word_short check (length(value) < 30);
create domain public.plain as text constraint plain_ascii check (octet_length(value) = length(value));
create table public.dictionary (word public.word primary key, meaning public.plain);
comment on domain public.word is 'one word';
comment on constraint word_one on domain public.word is 'no spaces';
