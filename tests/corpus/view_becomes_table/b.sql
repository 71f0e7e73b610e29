-- rates was a view and is a table with the same columns now; the view above reads the table
do $$ begin create role nself_corpus_reader; exception when duplicate_object or unique_violation then null; end $$;
create table rates_raw (code char(3) not null, rate numeric not null, on_day date not null, primary key (code, on_day));
create table rates (code character(3) primary key, rate numeric);
comment on table rates is 'highest rate seen';
grant select on rates to nself_corpus_reader;
create view euro_rate as select rate from rates where code = 'EUR';
grant select on euro_rate to nself_corpus_reader;
