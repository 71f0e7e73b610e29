do $$ begin create role nself_corpus_app; exception when duplicate_object or unique_violation then null; end $$;
create table products (id integer primary key, name text not null, price numeric(10, 2) not null, hidden boolean not null default false);
create view catalogue as select id, name, price, hidden from products;
create function search_catalogue(term text) returns setof catalogue
    language sql stable as $$ select * from catalogue c where c.name ilike '%' || term || '%' $$;
create function first_product() returns catalogue
    language sql stable as $$ select * from catalogue order by id limit 1 $$;
create function price_label(c catalogue) returns text
    language sql immutable as $$ select c.name || ': ' || c.price $$;
revoke execute on function search_catalogue(text) from public;
grant execute on function search_catalogue(text) to nself_corpus_app;
comment on function price_label(catalogue) is 'a computed column';
create view labels as select id, price_label(c) as label from catalogue c;
