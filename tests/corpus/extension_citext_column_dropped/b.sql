-- The case-insensitive columns become text and the extension citext goes.
create table public.member (
    id integer primary key,
    email text not null,
    nick text default 'none'::text,
    constraint member_email_key unique (email),
    constraint member_email_form check (email like '%@%')
);
create view public.member_contact as select id, email, nick from public.member;
create index member_nick_idx on public.member (nick) where nick <> 'none';
