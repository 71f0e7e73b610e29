-- The isn type is given up for plain text in a referenced key; seg stays.
create extension seg;

create table public.book (isbn text primary key, title text not null);
create table public.loan (id integer primary key, isbn text not null references public.book);
create table public.measurement (id integer primary key, span seg);
