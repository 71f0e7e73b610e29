create table public.page (
    id integer primary key,
    body text,
    raw bytea,
    summary text,
    extra jsonb,
    kept text
);
alter table public.page alter column body set storage external;
alter table public.page alter column raw set compression pglz;
alter table public.page alter column summary set statistics 500;
alter table public.page alter column kept set storage main;
alter table public.page alter column kept set statistics 10;
create index page_summary_idx on public.page (summary);
