-- Every object that comes depends on one whose name sorts after its own.
create type public.z_kind as enum ('a', 'b');
create domain public.y_name as text default 'y';
create function public.x_check(k public.z_kind, n public.y_name) returns boolean language sql immutable as $$ select k = 'a' or n <> '' $$;
create sequence public.w_number;
create table public.z_base (id integer primary key, code text not null unique);
create table public.v_table (
    id bigint primary key default nextval('public.w_number'),
    kind public.z_kind not null default 'b',
    name public.y_name,
    constraint v_sane check (public.x_check(kind, name))
);
create table public.t_table (id integer primary key, v_id bigint references public.v_table, code text references public.z_base (code));
create table public.a_uses_z (id integer primary key, z_id integer references public.z_base, t_id integer references public.t_table);
create view public.s_view as select v.id, v.kind, t.code from public.v_table v join public.t_table t on t.v_id = v.id;
create function public.r_rows() returns setof public.s_view language sql stable as 'select * from public.s_view';
create view public.q_view as select kind, count(*) as n from public.r_rows() group by kind;
create materialized view public.p_mat as select kind, n from public.q_view;
create unique index o_index on public.p_mat (kind);
create function public.n_trigger() returns trigger language plpgsql as $$ begin return null; end $$;
create trigger m_trigger after insert on public.v_table for each row when (public.x_check(new.kind, new.name)) execute function public.n_trigger();
