-- the column lists of update triggers change; one lost its column with the column
create table profiles (id integer primary key, email text, phone text, "Full Name" text);
create function profiles_log() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger watch_contact after update of email, "Full Name" on profiles for each row execute function profiles_log();
create trigger watch_name after insert or update or delete on profiles for each row execute function profiles_log();
