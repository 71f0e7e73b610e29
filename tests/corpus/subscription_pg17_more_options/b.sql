-- options that came with PostgreSQL 16 and 17: origin, run_as_owner, password_required, failover
create table t (id integer primary key);
create subscription nself_corpus_feed connection 'host=192.0.2.1 dbname=shop' publication orders
    with (connect = false, slot_name = none, enabled = false, origin = any, password_required = false, failover = true);
