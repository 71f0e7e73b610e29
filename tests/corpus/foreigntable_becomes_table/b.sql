-- a foreign table is a table of our own now, below the same view and with the same grants
do $$ begin create role nself_corpus_app; exception when duplicate_object or unique_violation then null; end $$;
create foreign data wrapper corpus_wrapper;
create server corpus_server foreign data wrapper corpus_wrapper;
create table rates (code char(3) not null, rate numeric);
create foreign table same_rates (code char(3)) server corpus_server;
create view euro as select rate from rates where code = 'EUR';
grant select on rates, euro to nself_corpus_app;
