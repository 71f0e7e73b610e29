create sequence public."Order Number";
create table public."Order Line" (
    "No." integer primary key default nextval('public."Order Number"'),
    "Net $" numeric(10, 2) not null,
    "State" text not null default 'it''s "new"',
    "Gross $" numeric(10, 2) generated always as ("Net $" * 1.2) stored,
    constraint "Net > 0" check ("Net $" > 0 and "State" <> 'a "b" ''c''')
);
create index "by Gross" on public."Order Line" ((("Gross $" - "Net $")::integer)) where "State" = 'it''s "new"';
alter table public."Order Line" enable row level security;
create policy "May See" on public."Order Line" using ("State" like '%"new"');
create function public."Touch"() returns trigger language plpgsql as $body$ begin new."State" := $$tou"ch'ed$$; return new; end $body$;
create trigger "On Change" before update of "Net $" on public."Order Line" for each row when (old."Net $" <> new."Net $") execute function public."Touch"();
create rule "No Delete" as on delete to public."Order Line" where old."State" = 'it''s "new"' do instead nothing;
