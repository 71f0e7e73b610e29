-- Storage, compression and statistics target come, go and change, column by column.
create table public.page (
    id integer primary key,
    body text,
    raw bytea,
    summary text,
    extra jsonb,
    kept text
);
alter table public.page alter column body set storage main;
alter table public.page alter column extra set compression pglz;
alter table public.page alter column extra set storage plain;
alter table public.page alter column summary set statistics 0;
alter table public.page alter column raw set statistics 1000;
alter table public.page alter column kept set storage main;
alter table public.page alter column kept set statistics 10;
create index page_summary_idx on public.page (summary);
