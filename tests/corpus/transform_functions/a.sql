create language corpus_pl handler plpgsql_call_handler;
create transform for varchar language corpus_pl (from sql with function pg_catalog.varchar_support(internal));
create function shout(v varchar) returns varchar transform for type varchar language corpus_pl as 'begin return upper(v); end';
create function whisper(v varchar) returns varchar language corpus_pl as 'begin return lower(v); end';
