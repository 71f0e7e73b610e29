-- a when condition changes, another goes, and a column both read becomes another type
create table orders (id integer primary key, state varchar(10) not null, total numeric(12, 2) not null, note text);
create function orders_touch() returns trigger language plpgsql as $$ begin new.note := tg_name; return new; end $$;
create trigger on_paid before update on orders for each row
    when (old.state is distinct from new.state and new.state in ('paid', 'settled')) execute function orders_touch();
create trigger on_big before insert on orders for each row execute function orders_touch();
create trigger on_any after update on orders for each row when (old.* is distinct from new.*) execute function orders_touch();
comment on trigger on_big on orders is 'large orders';
