-- since: 18
-- needs: btree_gist
-- Keys without overlaps, foreign keys with a period, and virtual generated columns.
create table employee (
    id integer not null check (id > 0),
    valid daterange not null check (not isempty(valid)),
    name text not null check (length(name) between 2 and 40),
    primary key (id, valid without overlaps)
);
create table salary (
    employee_id integer not null,
    valid daterange not null,
    amount numeric(9, 2) not null check (amount > 1000),
    yearly numeric(12, 2) generated always as (amount * 12) virtual,
    check (yearly < 500000),
    unique (employee_id, valid without overlaps),
    foreign key (employee_id, period valid) references employee (id, period valid)
);
