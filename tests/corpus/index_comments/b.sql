-- Comments on indexes, also on those of keys, come and go.
create schema app;
create table app.page (id integer primary key, slug text not null unique, body text);
create index page_body on app.page (md5(body));
create index page_both on app.page (slug, id);
comment on index app.page_pkey is 'of the key';
comment on index app.page_slug_key is 'kept';
comment on index app.page_both is E'two\tcolumns';
