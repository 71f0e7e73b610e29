create table public.coupon (
    id integer primary key,
    code text,
    batch integer,
    constraint coupon_code_key unique (code)
);
create unique index coupon_batch_key on public.coupon (batch);
comment on constraint coupon_code_key on public.coupon is 'a constraint';
comment on index public.coupon_batch_key is 'an index';
