create extension citext;

create table public.member (
    id integer primary key,
    email citext not null,
    nick citext default 'none'::citext,
    constraint member_email_key unique (email),
    constraint member_email_form check (email like '%@%')
);
create view public.member_contact as select id, email, nick from public.member;
create index member_nick_idx on public.member (nick) where nick <> 'none';
