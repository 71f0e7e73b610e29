-- another server, another list of publications
create table t (id integer primary key);
create subscription nself_corpus_feed connection 'host=192.0.2.2 dbname=shop user=repl' publication orders, drafts
    with (connect = false, slot_name = none, enabled = false);
create subscription nself_corpus_same connection 'host=192.0.2.1 dbname=same' publication same
    with (connect = false, slot_name = none, enabled = false);
