do $$ begin create role nself_corpus_app; exception when duplicate_object or unique_violation then null; end $$;
create function tidy(t text) returns text language sql immutable as $$ select lower(btrim(t)) $$;
create domain slug as text constraint slug_tidy check (value = tidy(value));
create table articles (
    id integer primary key,
    title text not null default tidy(' New '),
    url slug,
    key text generated always as (tidy(title)) stored,
    constraint title_not_empty check (tidy(title) <> ''),
    exclude using btree (tidy(title) with =)
);
create index articles_tidy_idx on articles (tidy(title) desc) where tidy(title) <> 'draft';
create statistics articles_tidy_stats on tidy(title), id from articles;
create view tidy_titles as select id, tidy(title) as title from articles;
create function articles_check() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger articles_tidy before insert on articles for each row when (new.title <> tidy(new.title)) execute function articles_check();
alter table articles enable row level security;
create policy articles_visible on articles to nself_corpus_app using (tidy(title) <> 'secret');
