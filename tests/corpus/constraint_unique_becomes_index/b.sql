-- A unique constraint becomes a unique index of the same name and a unique index becomes a constraint.
create table public.coupon (
    id integer primary key,
    code text,
    batch integer,
    constraint coupon_batch_key unique (batch)
);
create unique index coupon_code_key on public.coupon (code);
comment on constraint coupon_batch_key on public.coupon is 'a constraint';
comment on index public.coupon_code_key is 'an index';
