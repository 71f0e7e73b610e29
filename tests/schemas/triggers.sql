-- Rules that only a trigger knows.
create table ledger (id integer primary key, amount integer not null, kind text not null check (kind in ('in', 'out')));
create function refuse_thirteen() returns trigger language plpgsql as $$
begin
  if new.amount % 13 = 0 then
    raise exception 'no amount may be a multiple of thirteen: %', new.amount using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger no_thirteen before insert or update on ledger for each row execute function refuse_thirteen();
create table stock (item text primary key check (item <> ''), on_hand integer not null check (on_hand >= 0));
create table movement (
    id integer primary key,
    item text not null references stock,
    change integer not null check (change <> 0)
);
create function move_stock() returns trigger language plpgsql as $$
begin
  update stock set on_hand = on_hand + new.change where item = new.item;
  return new;
end $$;
create trigger moves after insert on movement for each row execute function move_stock();
create table closed (id integer primary key, name text not null);
create function refuse_all() returns trigger language plpgsql as $$
begin
  raise exception 'nothing may be put here';
end $$;
create trigger nothing_here before insert on closed for each row execute function refuse_all();
create table silent (id integer primary key, name text not null);
create function drop_row() returns trigger language plpgsql as $$ begin return null; end $$;
create trigger swallow before insert on silent for each row execute function drop_row();
