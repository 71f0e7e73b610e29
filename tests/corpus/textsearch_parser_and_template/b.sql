-- the parser gets a headline function, the template other functions: both are rebuilt, with the dictionary and configuration above them
create schema ts;
create text search parser ts.words (start = prsd_start, gettoken = prsd_nexttoken, end = prsd_end, lextypes = prsd_lextype, headline = prsd_headline);
create text search template ts.stemmer (lexize = dsnowball_lexize, init = dsnowball_init);
create text search dictionary ts.dict (template = ts.stemmer, language = english);
create text search configuration ts.conf (parser = ts.words);
alter text search configuration ts.conf add mapping for word, asciiword with ts.dict;
create text search configuration ts.bystander (parser = pg_catalog."default");
