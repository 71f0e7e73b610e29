create table t (id integer primary key);
create subscription nself_corpus_feed connection 'host=192.0.2.1 dbname=shop password=secret' publication orders
    with (connect = false, slot_name = none, enabled = false, binary = true, synchronous_commit = 'local');
create subscription nself_corpus_gone connection 'host=192.0.2.1 dbname=gone' publication gone
    with (connect = false, slot_name = none, enabled = false);
