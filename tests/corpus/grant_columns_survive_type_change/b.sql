-- a column's type changes under a view: column rights on both stand afterwards
do $$ begin create role nself_corpus_reader; exception when duplicate_object or unique_violation then null; end $$;
create table parcels (id integer primary key, weight numeric(10, 3) not null, sender text, receiver text);
create view parcel_list as select id, weight, sender from parcels;
grant select (id, weight), update (weight) on parcels to nself_corpus_reader;
grant select (weight, sender) on parcel_list to nself_corpus_reader;
comment on column parcel_list.weight is 'grams';
