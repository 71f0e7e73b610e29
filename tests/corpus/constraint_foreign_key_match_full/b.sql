-- "match simple" and "match full" trade places on two composite foreign keys.
create table public.shelf (hall text, number integer, primary key (hall, number));
create table public.volume (
    id integer primary key,
    hall text,
    number integer,
    constraint volume_shelf foreign key (hall, number) references public.shelf match full
);
create table public.folder (
    id integer primary key,
    hall text,
    number integer,
    constraint folder_shelf foreign key (hall, number) references public.shelf on delete set null
);
