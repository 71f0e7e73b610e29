create table profiles (id integer primary key, email text, phone text, "Full Name" text, seen_at timestamptz);
create function profiles_log() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger watch_contact after update of email, phone on profiles for each row execute function profiles_log();
create trigger watch_name after insert or update of "Full Name" or delete on profiles for each row execute function profiles_log();
create trigger watch_seen before update of seen_at on profiles for each row execute function profiles_log();
