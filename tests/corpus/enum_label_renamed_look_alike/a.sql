create type public.role as enum ('admin', 'user', 'guest');
create table public.member (id integer primary key, role public.role not null default 'user');
create view public.plain_member as select id from public.member where role = 'user';
alter table public.member add constraint member_role check (role <> 'user' or id > 0);
