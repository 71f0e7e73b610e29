-- Operator classes and collations of indexes change while columns stay.
create table public.term (id integer primary key, word text not null, data jsonb, net inet, code varchar(20) collate "C");
create index term_word on public.term (word text_pattern_ops);
create index term_word_c on public.term (word collate "POSIX");
create index term_lower on public.term (lower(word));
create index term_data on public.term using gin (data jsonb_path_ops);
create index term_net on public.term using spgist (net);
create index term_code on public.term (code varchar_pattern_ops desc);
