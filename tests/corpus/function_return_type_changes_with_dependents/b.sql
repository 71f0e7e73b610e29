-- two functions return another type; one is a column default twice, the other feeds a view column
do $$ begin create role nself_corpus_app; exception when duplicate_object or unique_violation then null; end $$;
create sequence ticket_numbers;
create function next_ticket() returns bigint language sql as $$ select nextval('ticket_numbers') $$;
revoke execute on function next_ticket() from public;
grant execute on function next_ticket() to nself_corpus_app;
create table tickets (
    number bigint primary key default next_ticket(),
    title text not null,
    constraint number_sane check (number > 0)
);
create table spare_tickets (number bigint default next_ticket() + 1000);
create function is_late(at date) returns boolean language sql immutable as $$ select at < date '2024-01-01' $$;
create view late_checks as select number, is_late(date '2023-05-05') as late from tickets;
