-- a column that atomic function bodies read and write becomes bigint, so bodies and the view on them are rebuilt
create table ledger (id integer primary key, account integer not null, cents bigint not null);
create function balance(of_account integer) returns bigint language sql stable
    begin atomic
        select coalesce(sum(cents), 0)::bigint from ledger where account = of_account;
    end;
create function book(into_account integer, amount integer) returns void language sql
    begin atomic
        insert into ledger (id, account, cents) values ((select coalesce(max(id), 0) + 1 from ledger), into_account, amount);
    end;
comment on function balance(integer) is 'in cents';
create view balances as select distinct account, balance(account) as cents from ledger;
