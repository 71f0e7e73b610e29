-- a view with instead-of triggers gets a new column in front; triggers and their comments stand again
create table contacts (id integer primary key, first text not null, last text not null);
create view contact_cards as select 'card-' || id as code, id, first || ' ' || last as full_name from contacts;
create function contact_cards_write() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' then
        delete from contacts where id = old.id;
        return old;
    end if;
    insert into contacts values (new.id, split_part(new.full_name, ' ', 1), split_part(new.full_name, ' ', 2));
    return new;
end $$;
create trigger cards_insert instead of insert on contact_cards for each row execute function contact_cards_write();
create trigger cards_delete instead of delete on contact_cards for each row execute function contact_cards_write();
comment on trigger cards_delete on contact_cards is 'removes the contact itself';
