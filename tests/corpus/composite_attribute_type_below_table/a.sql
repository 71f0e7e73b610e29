create type public.size as (width integer, height integer);
create table public.frame (id integer primary key, size public.size not null, sizes public.size[]);
create table public.wall (frame_id integer references public.frame, size public.size);
create view public.frame_area as select id, (size).width * (size).height as area from public.frame;
create function public.area_of(s public.size) returns bigint language sql immutable as 'select (s).width::bigint * (s).height';
