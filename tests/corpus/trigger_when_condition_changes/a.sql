create table orders (id integer primary key, state text not null, total numeric not null, note text);
create function orders_touch() returns trigger language plpgsql as $$ begin new.note := tg_name; return new; end $$;
create trigger on_paid before update on orders for each row
    when (old.state is distinct from new.state and new.state = 'paid') execute function orders_touch();
create trigger on_big before insert on orders for each row when (new.total > 1000) execute function orders_touch();
create trigger on_any after update on orders for each row when (old.* is distinct from new.*) execute function orders_touch();
comment on trigger on_big on orders is 'large orders';
