create table public.invoice (id integer primary key, cents integer not null);
create table public.payment (id integer primary key, invoice_id integer not null references public.invoice, cents integer not null);
create view public.balance as select i.id, i.cents - coalesce(sum(p.cents), 0) as cents from public.invoice i left join public.payment p on p.invoice_id = i.id group by i.id;
