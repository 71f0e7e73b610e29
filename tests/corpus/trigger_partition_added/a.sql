create table chat (room integer not null, line text not null) partition by list (room);
create table chat_1 partition of chat for values in (1);
create function chat_check() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger chat_filter before insert on chat for each row when (new.line <> '') execute function chat_check();
create trigger chat_1_only after insert on chat_1 for each row execute function chat_check();
