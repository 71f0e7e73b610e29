do $$ begin create role nself_corpus_reader; exception when duplicate_object or unique_violation then null; end $$;
create table orders (
    id bigint generated always as identity primary key,
    customer text not null,
    amount numeric(12, 2) not null,
    currency char(3) not null default 'EUR'
);
create view order_totals as
    select customer, sum(amount) as total from orders group by customer;
comment on view order_totals is 'what each customer spent';
comment on column order_totals.total is 'in the currency of the order';
grant select on order_totals to nself_corpus_reader;
create view big_spenders as
    select customer, total from order_totals where total > 1000;
grant select on big_spenders to nself_corpus_reader;
