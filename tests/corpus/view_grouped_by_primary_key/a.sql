create table authors (id integer not null, slug text not null, name text not null, constraint authors_pkey primary key (id));
create table books (id integer primary key, author_id integer not null, title text not null);
create view author_books as
    select a.id, a.name, count(b.id) as books
    from authors a left join books b on b.author_id = a.id
    group by a.id;
create view prolific as select name from author_books where books > 10;
