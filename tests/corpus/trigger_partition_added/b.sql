-- a new partition inherits the parent's trigger, and the parent's trigger gets another condition
create table chat (room integer not null, line text not null) partition by list (room);
create table chat_1 partition of chat for values in (1);
create table chat_rest partition of chat default;
create function chat_check() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger chat_filter before insert on chat for each row when (new.line is not null) execute function chat_check();
create trigger chat_1_only after insert on chat_1 for each row execute function chat_check();
create trigger chat_rest_only after insert on chat_rest for each row execute function chat_check();
