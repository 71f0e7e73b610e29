create table entries (id integer primary key, booking integer not null, amount numeric not null);
create table bookings (id integer primary key);
create function balanced() returns trigger language plpgsql as $$
begin
    if (select coalesce(sum(amount), 0) from entries where booking = new.booking) <> 0 then
        raise exception 'booking % does not balance', new.booking;
    end if;
    return null;
end $$;
create constraint trigger entries_balanced after insert or update on entries deferrable initially deferred for each row execute function balanced();
create constraint trigger entries_known after insert on entries from bookings not deferrable for each row when (new.amount > 0) execute function balanced();
create constraint trigger bookings_kept after delete on bookings deferrable initially immediate for each row execute function balanced();
comment on trigger entries_balanced on entries is 'at commit';
