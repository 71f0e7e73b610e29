-- invoices.id becomes bigint, under a chain of three views
do $$ begin create role nself_corpus_reader; exception when duplicate_object or unique_violation then null; end $$;
create table invoices (id bigint primary key, total numeric(8, 2) not null, paid boolean not null default false);
create table payments (invoice_id bigint not null references invoices, amount numeric(8, 2) not null);
create view open_invoices as select id, total from invoices where not paid;
create view balances as
    select o.id, o.total - coalesce(sum(p.amount), 0) as due
    from open_invoices o left join payments p on p.invoice_id = o.id
    group by o.id, o.total;
create view dunning as select id, due, due * 0.05 as fee from balances where due > 0;
grant select on open_invoices, balances, dunning to nself_corpus_reader;
comment on column dunning.fee is 'five percent';
create view paid_invoices as select id from invoices where paid;
