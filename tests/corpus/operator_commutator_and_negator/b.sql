-- operators get commutator, negator and estimators; a view uses one of them
create type money_amount as (cents bigint, currency char(3));
create function money_lt(a money_amount, b money_amount) returns boolean language sql immutable as $$ select (a).cents < (b).cents $$;
create function money_gt(a money_amount, b money_amount) returns boolean language sql immutable as $$ select (a).cents > (b).cents $$;
create function money_ge(a money_amount, b money_amount) returns boolean language sql immutable as $$ select (a).cents >= (b).cents $$;
create operator <<< (leftarg = money_amount, rightarg = money_amount, function = money_lt, commutator = >>>, negator = >>=, restrict = scalarltsel, join = scalarltjoinsel);
create operator >>> (leftarg = money_amount, rightarg = money_amount, function = money_gt, commutator = <<<, restrict = scalargtsel);
create operator >>= (leftarg = money_amount, rightarg = money_amount, function = money_ge, negator = <<<);
comment on operator <<< (money_amount, money_amount) is 'less';
create table prices (id integer primary key, price money_amount);
create view cheap as select id from prices where price <<< row(100, 'EUR')::money_amount;
