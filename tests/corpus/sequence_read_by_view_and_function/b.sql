-- The sequence that a view selects from and a function names is replaced by one of another name.
create sequence public.ticket_counter start 10000;
create function public.next_ticket() returns text language sql volatile as $$ select 'T' || nextval('public.ticket_counter') $$;
create table public.ticket (code text primary key default public.next_ticket(), body text);
create view public.last_ticket as select last_value, is_called from public.ticket_counter;
