create schema ts;
create text search parser ts.words (start = prsd_start, gettoken = prsd_nexttoken, end = prsd_end, lextypes = prsd_lextype);
create text search template ts.stemmer (lexize = dsimple_lexize, init = dsimple_init);
create text search dictionary ts.dict (template = ts.stemmer, stopwords = english);
create text search configuration ts.conf (parser = ts.words);
alter text search configuration ts.conf add mapping for word, asciiword with ts.dict;
create text search configuration ts.bystander (parser = pg_catalog."default");
