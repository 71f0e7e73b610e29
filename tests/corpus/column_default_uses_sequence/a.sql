create sequence public.global_number start 100;
create sequence public.old_number;
create table public.invoice (
    id bigint primary key default nextval('public.global_number'),
    label text not null default 'I-' || nextval('public.old_number')
);
create table public.offer (
    id bigint primary key,
    label text
);
alter sequence public.old_number owned by public.invoice.label;
