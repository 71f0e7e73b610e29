-- Ownership of sequences moves to another table, is taken on and given up, defaults follow.
create sequence public.shared_number;
create table public.old_owner (id bigint primary key, a text);
create table public.new_owner (id bigint primary key default nextval('public.shared_number'), b text);
alter sequence public.shared_number owned by public.new_owner.id;
create sequence public.loose;
create table public.holder (id bigint primary key default nextval('public.loose'));
alter sequence public.loose owned by public.holder.id;
create sequence public.tied;
