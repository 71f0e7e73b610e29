insert into public.unit (code, name) values ('kg', 'kilogram'), ('m', 'metre');
insert into public.stock values (1, 'kg');
insert into public.order_line values (1, 2);
