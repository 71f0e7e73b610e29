do $$ begin create role nself_corpus_reader; exception when duplicate_object or unique_violation then null; end $$;
create table rates_raw (code char(3) not null, rate numeric not null, on_day date not null, primary key (code, on_day));
create view rates as select code, max(rate) as rate from rates_raw group by code;
comment on view rates is 'highest rate seen';
grant select on rates to nself_corpus_reader;
create view euro_rate as select rate from rates where code = 'EUR';
grant select on euro_rate to nself_corpus_reader;
