do $$ begin create role nself_corpus_owner; exception when duplicate_object or unique_violation then null; end $$;
create operator family mixed_ops using btree;
create operator class mixed_int_ops for type integer using btree family mixed_ops as
    operator 1 <, operator 2 <=, operator 3 =, operator 4 >=, operator 5 >, function 1 btint4cmp(integer, integer);
alter operator family mixed_ops using btree owner to nself_corpus_owner;
comment on operator family mixed_ops using btree is 'integers of all sizes';
create operator family empty_ops using hash;
create table t (a integer, b bigint);
create index t_a_idx on t (a mixed_int_ops);
