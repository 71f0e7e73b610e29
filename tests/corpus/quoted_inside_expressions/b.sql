-- Quoted names inside expressions: defaults, generated columns, checks, predicates, policies, trigger conditions and rules all change a little.
create sequence public."Order Nr";
create table public."Order Line" (
    "No." integer primary key default nextval('public."Order Nr"'),
    "Net $" numeric(12, 2) not null,
    "State" text not null default 'it''s "newer"',
    "Gross $" numeric(12, 2) generated always as ("Net $" * 1.25) stored,
    constraint "Net > 0" check ("Net $" >= 0 and "State" <> 'a "b" ''c'' \d')
);
create index "by Gross" on public."Order Line" ((("Gross $" - "Net $")::bigint)) where "State" = 'it''s "newer"';
alter table public."Order Line" enable row level security;
create policy "May See" on public."Order Line" using ("State" like '%"newer"');
create function public."Touch"() returns trigger language plpgsql as $body$ begin new."State" := $$tou"ch'ed again$$; return new; end $body$;
create trigger "On Change" before update of "Net $", "State" on public."Order Line" for each row when (old."Net $" <> new."Net $") execute function public."Touch"();
create rule "No Delete" as on delete to public."Order Line" where old."State" = 'it''s "newer"' do instead nothing;
