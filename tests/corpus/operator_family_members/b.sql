-- a family gets cross-type members and a second class; another family is gone; the index over the first class stands
do $$ begin create role nself_corpus_owner; exception when duplicate_object or unique_violation then null; end $$;
create operator family mixed_ops using btree;
create operator class mixed_int_ops for type integer using btree family mixed_ops as
    operator 1 <, operator 2 <=, operator 3 =, operator 4 >=, operator 5 >, function 1 btint4cmp(integer, integer);
create operator class mixed_big_ops for type bigint using btree family mixed_ops as
    operator 1 <, operator 2 <=, operator 3 =, operator 4 >=, operator 5 >, function 1 btint8cmp(bigint, bigint);
alter operator family mixed_ops using btree add
    operator 1 < (integer, bigint), operator 3 = (integer, bigint), operator 5 > (integer, bigint),
    function 1 (integer, bigint) btint48cmp(integer, bigint);
alter operator family mixed_ops using btree owner to nself_corpus_owner;
comment on operator family mixed_ops using btree is 'integers of all sizes';
create table t (a integer, b bigint);
create index t_a_idx on t (a mixed_int_ops);
create index t_b_idx on t (b mixed_big_ops);
