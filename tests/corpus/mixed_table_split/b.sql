-- "person" is split: contact and address have tables of their own, the views join them together again.
create table public.person (id integer primary key, name text not null);
create table public.contact (
    person_id integer primary key references public.person on delete cascade,
    email text not null,
    phone text,
    constraint person_email_key unique (email),
    constraint person_email_form check (email like '%@%')
);
create table public.address (person_id integer primary key references public.person on delete cascade, street text not null, town text not null);
create index person_town on public.address (town);
create view public.person_contact as select p.id, p.name, c.email, c.phone from public.person p left join public.contact c on c.person_id = p.id;
create view public.person_letter as select p.name, a.street, a.town from public.person p join public.address a on a.person_id = p.id;
create table public.membership (person_email text references public.contact (email) on update cascade, club text);
