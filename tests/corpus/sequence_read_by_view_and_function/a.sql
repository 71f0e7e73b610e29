create sequence public.ticket_number;
create function public.next_ticket() returns text language sql volatile as $$ select 'T' || nextval('public.ticket_number') $$;
create table public.ticket (code text primary key default public.next_ticket(), body text);
create view public.last_ticket as select last_value, is_called from public.ticket_number;
