create table public.item (
    id integer primary key,
    label text not null,
    amount integer not null default 0 constraint item_amount check (amount >= 0)
);
create index item_label on public.item (label);
create view public.item_list as select id, label, amount from public.item;
create function public.item_amount(which integer) returns integer language sql stable as 'select amount from public.item where id = which';
create function public.item_label(which integer) returns text language sql stable begin atomic select label from public.item where id = which; end;
