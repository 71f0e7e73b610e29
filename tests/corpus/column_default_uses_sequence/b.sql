-- The default reads another sequence, the old one goes, and a second table shares the first.
create sequence public.global_number start 100;
create sequence public.label_number cycle maxvalue 9999;
create table public.invoice (
    id bigint primary key default nextval('public.global_number'),
    label text not null default 'I-' || to_char(nextval('public.label_number'), 'FM0000')
);
create table public.offer (
    id bigint primary key default nextval('public.global_number'),
    label text default 'O-' || currval('public.global_number')
);
