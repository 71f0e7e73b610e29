-- a comment changes, a slot name is given, and a second subscription with a quoted name comes
create table t (id integer primary key);
create subscription nself_corpus_feed connection 'dbname=shop' publication orders
    with (connect = false, slot_name = 'nself_corpus_slot', enabled = false, create_slot = false);
comment on subscription nself_corpus_feed is 'from the new shop';
create subscription "nself_corpus Two" connection 'dbname=it''s' publication "Mixed Case", orders
    with (connect = false, slot_name = none, enabled = false);
