-- Checks that are functions of the schema's own, domains about them, generated columns in checks, whole rows.
create schema rules;
create function rules.luhn(number text) returns boolean immutable strict language plpgsql as $$
declare
  total integer := 0;
  digit integer;
begin
  if number !~ '^[0-9]{12,19}$' then
    return false;
  end if;
  for i in 1 .. length(number) loop
    digit := substr(reverse(number), i, 1)::integer;
    if i % 2 = 0 then
      digit := digit * 2;
      if digit > 9 then digit := digit - 9; end if;
    end if;
    total := total + digit;
  end loop;
  return total % 10 = 0;
end $$;
create function rules.is_plan(name text) returns boolean immutable language sql as $$ select name in ('free', 'pro', 'team') $$;
create function rules.must_be_even(n integer) returns boolean immutable language plpgsql as $$
begin
  if n is null or n % 2 <> 0 then
    raise exception 'odd: %', n;
  end if;
  return true;
end $$;
create function rules.valid_handle(handle text) returns boolean immutable language sql
    begin atomic; select handle ~ '^@[a-z]{3,15}$' and handle <> '@admin'; end;
create function rules.range_ok(low integer, high integer) returns boolean immutable language sql
    as 'select low < high and high - low < 50';
create domain rules.handle as text check (rules.valid_handle(value));
create domain rules.card as text check (rules.luhn(value));
create domain rules.short as varchar(10) check (value <> '');
create domain rules.shorter as rules.short check (length(value) < 6) check (value !~ '[A-Z]');
create domain rules.positive as integer check (value > 0);
create domain rules.positives as rules.positive[] check (cardinality(value) between 1 and 3);
create type rules.size as (width rules.positive, height rules.positive, unit text);
create domain rules.sized as rules.size check ((value).width < (value).height);
create table rules.account (
    id rules.positive primary key,
    handle rules.handle not null unique,
    card rules.card,
    plan text not null check (rules.is_plan(plan)),
    seats integer not null check (rules.must_be_even(seats)),
    low integer not null,
    high integer not null,
    check (rules.range_ok(low, high)),
    code rules.shorter not null,
    many rules.positives not null,
    size rules.size not null check ((size).unit in ('cm', 'in')),
    format rules.sized not null
);
create table rules.box (
    id integer primary key,
    width integer not null check (width > 0),
    height integer not null check (height > 0),
    area integer generated always as (width * height) stored check (area between 100 and 400),
    label text not null,
    search text generated always as (lower(label)) stored,
    check (search ~ '^[a-z]+ [0-9]+$'),
    constraint label_not_upper check (label <> upper(label))
);
create table rules.row_ruled (id integer primary key, low integer not null, high integer not null);
create function rules.row_ok(r rules.row_ruled) returns boolean immutable language sql
    as 'select r.low < r.high and r.low > 10';
alter table rules.row_ruled add constraint row_ok check (rules.row_ok(row_ruled));
