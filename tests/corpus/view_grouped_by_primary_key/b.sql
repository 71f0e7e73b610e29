-- the primary key a view's group by leans on gets another name and a second place in the table's constraints
create table authors (id integer not null, slug text not null, name text not null, constraint authors_id_pkey primary key (id) include (name), constraint authors_slug_key unique (slug));
create table books (id integer primary key, author_id integer not null, title text not null);
create view author_books as
    select a.id, a.name, count(b.id) as books
    from authors a left join books b on b.author_id = a.id
    group by a.id;
create view prolific as select name from author_books where books > 10;
