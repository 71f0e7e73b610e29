create sequence public.shared_number;
create table public.old_owner (id bigint primary key default nextval('public.shared_number'), a text);
create table public.new_owner (id bigint primary key, b text);
alter sequence public.shared_number owned by public.old_owner.id;
create sequence public.loose;
create table public.holder (id bigint primary key default nextval('public.loose'));
create sequence public.tied owned by public.holder.id;
