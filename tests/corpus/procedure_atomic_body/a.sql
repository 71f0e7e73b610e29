create table queue (id integer primary key, payload text, done_at timestamptz);
create table archive (id integer primary key, payload text);
create procedure sweep() language sql
    begin atomic
        insert into archive select id, payload from queue where done_at is not null;
        delete from queue where done_at is not null;
    end;
create procedure sweep_all() language sql as $$ call sweep() $$;
