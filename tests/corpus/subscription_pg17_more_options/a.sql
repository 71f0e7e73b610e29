create table t (id integer primary key);
create subscription nself_corpus_feed connection 'host=192.0.2.1 dbname=shop' publication orders
    with (connect = false, slot_name = none, enabled = false, origin = none, run_as_owner = true);
