-- options of a subscription change and another subscription is gone
create table t (id integer primary key);
create subscription nself_corpus_feed connection 'host=192.0.2.1 dbname=shop password=secret' publication orders
    with (connect = false, slot_name = none, enabled = false, streaming = on, synchronous_commit = 'remote_apply', disable_on_error = true);
