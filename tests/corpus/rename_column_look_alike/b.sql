-- Two columns have other names; view, parsed function, index and check follow, the view keeps its own column names.
create table public.item (
    id integer primary key,
    title text not null,
    quantity integer not null default 0 constraint item_amount check (quantity >= 0)
);
create index item_label on public.item (title);
create view public.item_list as select id, title as label, quantity as amount from public.item;
create function public.item_amount(which integer) returns integer language sql stable as 'select quantity from public.item where id = which';
create function public.item_label(which integer) returns text language sql stable begin atomic select title from public.item where id = which; end;
