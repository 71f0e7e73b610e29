create schema app;
create table app.page (id integer primary key, slug text not null unique, body text);
create index page_body on app.page (md5(body));
create index page_both on app.page (slug, id);
comment on index app.page_body is 'duplicates';
comment on index app.page_slug_key is 'kept';
