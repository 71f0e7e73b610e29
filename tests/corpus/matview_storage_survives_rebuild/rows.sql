insert into docs values (1, 'hello world', 'greeting');
refresh materialized view doc_words;
