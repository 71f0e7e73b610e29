-- dictionary options change, one dictionary changes its template and keeps its place in a mapping, one is gone
do $$ begin create role nself_corpus_owner; exception when duplicate_object or unique_violation then null; end $$;
create text search dictionary short_words (template = snowball, language = english);
create text search dictionary stems (template = snowball, language = german);
alter text search dictionary stems owner to nself_corpus_owner;
create text search configuration german_docs (copy = simple);
alter text search configuration german_docs alter mapping for asciiword, word with short_words, stems;
