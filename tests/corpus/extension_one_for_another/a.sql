create extension fuzzystrmatch;
create extension cube;

create table public.word (id integer primary key, spelling text not null, vowels integer[] not null default '{}');
create index word_sound_idx on public.word (soundex(spelling));
create function public.sounds_like(a text, b text) returns boolean
    language sql immutable
    as $$ select public.soundex(a) = public.soundex(b) $$;
