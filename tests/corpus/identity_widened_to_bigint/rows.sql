insert into public.click (page) values ('/'), ('/about');
insert into public.click_tag values (1, 'x');
refresh materialized view public.click_count;
