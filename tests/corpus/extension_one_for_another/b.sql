-- fuzzystrmatch goes with what used it, intarray comes with an operator class; cube is left alone.
create extension intarray;
create extension cube;

create table public.word (id integer primary key, spelling text not null, vowels integer[] not null default '{}');
create index word_vowels_idx on public.word using gin (vowels gin__int_ops);
create function public.sounds_like(a text, b text) returns boolean
    language sql immutable
    as $$ select lower(a) = lower(b) $$;
