create table public.z_base (id integer primary key, code text not null unique);
create table public.a_uses_z (id integer primary key, z_id integer references public.z_base);
