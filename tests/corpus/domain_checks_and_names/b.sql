-- Named and unnamed checks of domains come, go, change and are renamed.
create domain public.email as text check (value like '%_@_%') check (length(value) < 200);
create domain public.zip as varchar(10) constraint zip_pattern check (value ~ '^[0-9 ]+$');
create domain public.kept as integer constraint kept_positive check (value > 0);
create table public.contact (id integer primary key, email public.email, zip public.zip, kept public.kept);
create view public.contact_email as select id, email from public.contact;
create function public.mail_host(e public.email) returns text language sql immutable as $$ select split_part(e, '@', 2) $$;
