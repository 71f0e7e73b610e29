-- One label in the middle is called otherwise; default, view and check go with it.
create type public.role as enum ('admin', 'member', 'guest');
create table public.member (id integer primary key, role public.role not null default 'member');
create view public.plain_member as select id from public.member where role = 'member';
alter table public.member add constraint member_role check (role <> 'member' or id > 0);
