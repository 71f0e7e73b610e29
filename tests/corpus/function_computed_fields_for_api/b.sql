-- the api's functions change with the table: a likes column widens, a soft delete comes, arguments are added
do $$ begin create role nself_corpus_app; exception when duplicate_object or unique_violation then null; end $$;
create table articles (id integer primary key, author_id integer not null, title text not null, likes bigint not null default 0, deleted_at timestamptz);
create function article_is_liked(article_row articles, hasura_session json) returns boolean language sql stable as $$ select article_row.deleted_at is null and article_row.likes > (hasura_session ->> 'x-hasura-user-id')::integer $$;
create function search_articles(search text, "limit" integer default 10, "offset" integer default 0) returns setof articles language sql stable as $$ select * from articles where deleted_at is null and title ilike '%' || search || '%' limit "limit" offset "offset" $$;
create function article_count_by_author(author integer) returns bigint language sql stable as $$ select count(*) from articles where author_id = author and deleted_at is null $$;
revoke execute on function search_articles(text, integer, integer) from public;
grant execute on function search_articles(text, integer, integer) to nself_corpus_app;
