create table stock (sku text primary key, on_hand integer not null, reserved integer not null default 0);
create table stock_log (sku text not null, delta integer not null);
create view available as select sku, on_hand - reserved as free from stock group by sku;
create rule available_update as on update to available do instead (
    insert into stock_log values (new.sku, new.free - old.free);
    update stock set on_hand = on_hand + new.free - old.free where sku = old.sku;
);
create rule available_delete as on delete to available do instead nothing;
comment on rule available_update on available is 'keeps a log';
create view sold_out as select sku from available where free <= 0;
