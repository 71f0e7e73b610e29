-- Comments on domains and their constraints change, the owner too; one domain takes another collation.
do $$ begin
    create role nself_corpus_typist;
exception when duplicate_object or unique_violation then null;
end $$;

create domain public.word as text collate "POSIX" constraint word_one check (value !~ ' ') constraint word_short check (length(value) < 30);
create domain public.plain as text constraint plain_ascii check (octet_length(value) = length(value));
alter domain public.plain owner to nself_corpus_typist;
create table public.dictionary (word public.word primary key, meaning public.plain);
comment on domain public.plain is 'ASCII';
comment on constraint word_one on domain public.word is 'no ''spaces''';
comment on constraint plain_ascii on domain public.plain is 'bytes are letters';
