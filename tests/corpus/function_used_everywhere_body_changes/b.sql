-- the same function changes its body and cost only: it is replaced in place and nothing that uses it moves
create function tidy(t text) returns text language sql immutable cost 20 as $$ select btrim(lower(t)) $$;
create domain slug as text constraint slug_tidy check (value = tidy(value));
create table articles (
    id integer primary key,
    title text not null default tidy(' New '),
    url slug,
    key text generated always as (tidy(title)) stored,
    constraint title_not_empty check (tidy(title) <> '')
);
create index articles_tidy_idx on articles (tidy(title));
create view tidy_titles as select id, tidy(title) as title from articles;
