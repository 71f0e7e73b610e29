create table moves (id integer primary key, sku text not null, qty integer not null);
create table totals (sku text primary key, qty integer not null);
create function moves_sum() returns trigger language plpgsql as $$
begin
    insert into totals select sku, sum(qty) from added group by sku
    on conflict (sku) do update set qty = totals.qty + excluded.qty;
    return null;
end $$;
create trigger moves_added after insert on moves referencing new table as added for each statement execute function moves_sum();
create function moves_compare() returns trigger language plpgsql as $$ begin return null; end $$;
create trigger moves_changed after update on moves referencing old table as before new table as after for each statement execute function moves_compare();
