create extension isn;
create extension seg;

create table public.book (isbn isbn13 primary key, title text not null);
create table public.loan (id integer primary key, isbn isbn13 not null references public.book);
create table public.measurement (id integer primary key, span seg);
