create table public.stock (sku text primary key, amount integer not null default 0);
create table public.movement (id bigint generated always as identity primary key, sku text not null references public.stock, change integer not null);
create function public.in_stock(which text) returns integer
    language sql stable
    begin atomic
        select s.amount from public.stock s where s.sku = which;
    end;
create procedure public.move(which text, by integer)
    language sql
    begin atomic
        insert into public.movement (sku, change) values (which, by);
        update public.stock set amount = amount + by where stock.sku = which;
    end;
create view public.empty_stock as select sku from public.stock where public.in_stock(sku) <= 0;
create function public.restock() returns void
    language sql
    begin atomic
        update public.stock set amount = amount + 10 where sku in (select e.sku from public.empty_stock e);
    end;
