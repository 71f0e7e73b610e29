-- needs: citext
-- needs: hstore
-- needs: ltree
-- A little of everything: dates by their parts, digits by their sums, json inside texts, types of extensions.
create table parts (id int primary key, tags text[] not null check (array_to_string(tags, ',') ~ '^[a-z]+(,[a-z]+)*$'),
 span jsonb not null check ((span->>'start')::date < (span->>'end')::date),
 doc jsonb not null check (jsonb_path_exists(doc, '$.a[*] ? (@.b > 3)')),
 born date not null check (extract(year from age(date '2024-01-01', born)) >= 18),
 price numeric not null check (price = round(price, 2) and price > 0), sc numeric not null check (scale(sc) <= 3),
 flags int not null check ((flags & 7) = flags and flags > 0), period daterange not null check (lower(period) >= '2020-01-01' and upper_inf(period)),
 ip inet not null check (family(ip) = 4), net cidr not null check (net << '10.0.0.0/8'), nm text not null check (nm = btrim(regexp_replace(nm, '\s+', ' ', 'g')) and nm <> ''),
 iban text not null check (iban = upper(replace(iban, ' ', '')) and length(iban) between 15 and 34),
 pin text not null check (char_length(pin) = 4 and translate(pin, '0123456789', '') = ''),
 eom date not null check (eom = (date_trunc('month', eom) + interval '1 month - 1 day')::date),
 sig bytea not null check (octet_length(sig) in (64, 65)), pk bytea not null check (substring(pk from 1 for 1) = '\x04' and octet_length(pk) = 65),
 num text not null check (num ~ '^\d{8,12}$' and num::bigint % 97 = 1), vec point not null check (vec[0] > 0),
 b box not null check (area(b) > 2), tsv tsvector not null check (numnode('a'::tsquery) = 1 and length(tsv) >= 1),
 hex text not null check (decode(hex, 'hex') is not null and length(hex) = 32), b64 text not null check (length(decode(b64, 'base64')) = 16),
 weekday text not null check (weekday = to_char(date '2024-01-01' + 3, 'FMDay')), js text not null check (js::jsonb is not null and js like '{%'),
 email text not null check (email ~ '^[A-Z0-9._%+-]+@[A-Z0-9.-]+\.[A-Z]{2,4}$' or email ~* '^[a-z]+$'));
create table relations (id int primary key, starts time not null, ends time not null, overnight bool not null, check (starts < ends or (starts > ends and overnight)),
 debit numeric(10,2) not null, credit numeric(10,2) not null, check (debit = 0 or credit = 0), check (debit + credit > 0), check (debit >= 0 and credit >= 0),
 parent_path text not null, path text not null, check (parent_path = '' or path like parent_path || '.%'), check (path ~ '^[a-z]+(\.[a-z]+)*$'),
 x int, y int, z int, check ((x is null) = (y is null) and (y is null) = (z is null)), check (x < y and y < z),
 status text not null check (status in ('a','b','c')), p int, q int, check (case when status='a' then p > 0 when status='b' then q > 0 else p is null and q is null end),
 a1 int not null, b1 int not null, c1 int not null, d1 int not null, check (row(a1,b1) <> row(c1,d1)), check (a1*b1 = c1*d1), check (a1 <> c1 and a1 > 1 and b1 > 1 and c1 > 1 and d1 > 1),
 w numeric(5,2) not null, h numeric(5,2) not null, bmi numeric(6,2) not null, check (bmi = round(w / (h*h), 2) and bmi between 10 and 60), check (h between 0.5 and 2.5),
 lo numeric, hi numeric, avg_ numeric, check (avg_ between lo and hi), check (hi - lo < 10),
 first_on date not null, last_on date not null, days int not null check (days = last_on - first_on + 1 and days between 1 and 366), year int not null check (year = extract(year from first_on)));
create domain mail as citext check (value ~ '^[a-z0-9.!#$%&''*+/=?^_`{|}~-]+@[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$');
create table extended (id int primary key, m mail not null, h hstore not null check (h ? 'size' and (h->'size')::int > 3), l ltree not null check (nlevel(l) = 3), c citext not null check (c in ('yes','no')),
 r tstzrange not null check (lower(r) = date_trunc('hour', lower(r)) and upper(r) = lower(r) + interval '1 hour'), m2 int4multirange not null check (not isempty(m2)),
 mac macaddr check (trunc(mac) = '12:34:56:00:00:00'), oid_ oid check (oid_ > 5), s2 "char" check (s2 in ('a','b')), pgl pg_lsn check (pgl > '0/10'));
