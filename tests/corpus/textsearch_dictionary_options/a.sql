do $$ begin create role nself_corpus_owner; exception when duplicate_object or unique_violation then null; end $$;
create text search dictionary short_words (template = simple, stopwords = english);
create text search dictionary stems (template = snowball, language = german, stopwords = german);
create text search dictionary gone (template = simple, accept = false);
alter text search dictionary stems owner to nself_corpus_owner;
create text search configuration german_docs (copy = simple);
alter text search configuration german_docs alter mapping for asciiword, word with short_words, stems;
