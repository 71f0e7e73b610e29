create table public.person (
    id integer primary key,
    name text not null,
    email text not null,
    phone text,
    street text,
    town text,
    constraint person_email_key unique (email),
    constraint person_email_form check (email like '%@%')
);
create index person_town on public.person (town);
create view public.person_contact as select id, name, email, phone from public.person;
create view public.person_letter as select name, street, town from public.person where street is not null;
create table public.membership (person_email text references public.person (email) on update cascade, club text);
