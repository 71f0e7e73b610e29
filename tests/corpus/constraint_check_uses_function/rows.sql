insert into public.parcel values (1, '123', 5);
insert into public.label values ('77');
