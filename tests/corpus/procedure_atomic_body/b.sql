-- the tables an atomic procedure moves rows between get another payload type and a column
create table queue (id integer primary key, payload varchar(200), done_at timestamptz);
create table archive (id integer primary key, payload varchar(200), at timestamptz);
create procedure sweep() language sql
    begin atomic
        insert into archive (id, payload, at) select id, payload, done_at from queue where done_at is not null;
        delete from queue where done_at is not null;
    end;
create procedure sweep_all() language sql as $$ call sweep() $$;
