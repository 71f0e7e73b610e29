create table t (id integer primary key);
create subscription nself_corpus_feed connection 'dbname=shop' publication orders
    with (connect = false, slot_name = none, enabled = false);
comment on subscription nself_corpus_feed is 'from the shop';
