create table accounts (id integer primary key, owner text not null, balance numeric not null default 0);
create function rich(than numeric) returns table (id integer, owner text)
    language sql stable rows 10 as $$ select id, owner from accounts where balance > than $$;
create view richest as select owner from rich(1000000);
create function rich_count() returns bigint language plpgsql stable as $$ begin return (select count(*) from rich(1000)); end $$;
