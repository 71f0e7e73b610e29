create table cart (id integer primary key, qty integer);
create function cart_react() returns trigger language plpgsql as $$ begin if tg_level = 'ROW' then return new; end if; return null; end $$;
create trigger cart_change before update on cart for each row execute function cart_react();
create trigger cart_cleared after truncate on cart for each statement execute function cart_react();
create trigger cart_insert after insert on cart for each statement execute function cart_react();
