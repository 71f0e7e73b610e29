create table public."Person" ("Id" integer primary key, "firstName" text not null, "lastName" text not null);
create table public."Pet" ("Id" integer primary key, "ownerId" integer not null references public."Person");
create view public."PersonName" as select "Id", "firstName" || ' ' || "lastName" as "fullName" from public."Person";
create index "Pet_ownerId_idx" on public."Pet" ("ownerId");
