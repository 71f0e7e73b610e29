-- Tables below parsed bodies are replaced: "movement" gives way to "booking", the stock is held per place.
create table public.stock (sku text not null, amount integer not null default 0, place text not null default 'main', primary key (sku, place));
create table public.booking (id bigint generated always as identity primary key, sku text not null, place text not null, change integer not null, foreign key (sku, place) references public.stock);
create function public.in_stock(which text) returns bigint
    language sql stable
    begin atomic
        select sum(s.amount) from public.stock s where s.sku = which;
    end;
create procedure public.move(which text, by integer, at text default 'main')
    language sql
    begin atomic
        insert into public.booking (sku, place, change) values (which, at, by);
        update public.stock set amount = amount + by where stock.sku = which and stock.place = at;
    end;
create view public.empty_stock as select distinct sku from public.stock where public.in_stock(sku) <= 0;
create function public.restock() returns void
    language sql
    begin atomic
        update public.stock set amount = amount + 10 where sku in (select e.sku from public.empty_stock e) and place = 'main';
    end;
