create table public.shelf (hall text, number integer, primary key (hall, number));
create table public.volume (
    id integer primary key,
    hall text,
    number integer,
    constraint volume_shelf foreign key (hall, number) references public.shelf
);
create table public.folder (
    id integer primary key,
    hall text,
    number integer,
    constraint folder_shelf foreign key (hall, number) references public.shelf match full on delete set null
);
