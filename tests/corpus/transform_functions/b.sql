-- the transform of a type for a language points to another function and one more type has one; a function uses both
create language corpus_pl handler plpgsql_call_handler;
create transform for varchar language corpus_pl (from sql with function pg_catalog.varbit_support(internal));
create transform for numeric language corpus_pl (from sql with function pg_catalog.numeric_support(internal));
create function shout(v varchar) returns varchar transform for type varchar, for type numeric language corpus_pl as 'begin return upper(v); end';
create function whisper(v varchar) returns varchar transform for type varchar language corpus_pl as 'begin return lower(v); end';
