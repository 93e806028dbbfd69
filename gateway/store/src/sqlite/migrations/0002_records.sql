-- Documents, the audit, and what a credential may be used for.

alter table credentials add column scopes text check (scopes is null or json_valid(scopes));
alter table credentials add column replaces text references credentials (id);

-- The feed could only name principals and credentials. It is made anew with all it has, and counts on
-- from where it was, since nodes that are running remember how far they have read.
drop trigger principals_added;
drop trigger principals_changed;
drop trigger principals_removed;
drop trigger credentials_added;
drop trigger credentials_changed;
drop trigger credentials_removed;

create table feed (
    seq        integer primary key autoincrement,
    kind       text not null,
    id         text not null,
    owner_kind text,
    owner      text,
    -- A document has an owner; principals and credentials are not documents.
    check ((kind in ('principal', 'credential')) = (owner_kind is null)),
    check ((owner_kind is null) = (owner is null))
) strict;

insert into feed (seq, kind, id) select seq, kind, id from changes order by seq;
delete from sqlite_sequence where name = 'feed';
insert into sqlite_sequence (name, seq)
    select 'feed', seq from sqlite_sequence where name = 'changes';
drop table changes;
alter table feed rename to changes;

create trigger principals_added after insert on principals begin
    insert into changes (kind, id) values ('principal', new.id);
end;
create trigger principals_changed after update on principals begin
    insert into changes (kind, id) values ('principal', new.id);
end;
create trigger principals_removed after delete on principals begin
    insert into changes (kind, id) values ('principal', old.id);
end;
create trigger credentials_added after insert on credentials begin
    insert into changes (kind, id) values ('credential', new.id);
end;
create trigger credentials_changed after update on credentials begin
    insert into changes (kind, id) values ('credential', new.id);
end;
create trigger credentials_removed after delete on credentials begin
    insert into changes (kind, id) values ('credential', old.id);
end;

-- Every record without a table of its own. The body is JSON, kept as it was written.
create table documents (
    kind       text not null
               check (kind glob '[a-z]*' and kind not glob '*[^a-z0-9_]*' and length(kind) <= 32
                      and kind not in ('principal', 'credential')),
    id         text not null check (id <> ''),
    owner_kind text not null
               check (owner_kind in ('world', 'organisation', 'project', 'principal', 'end_user')),
    owner      text not null check ((owner = '') = (owner_kind = 'world')),
    tag        text not null,
    body       text not null check (json_valid(body)),
    version    integer not null check (version > 0),
    created    integer not null,
    changed    integer not null,
    primary key (kind, id)
) strict;

create index documents_by_owner on documents (owner_kind, owner, kind, id);
create index documents_by_tag on documents (kind, tag, id);
-- What every node reads when it starts, in the order it reads it.
create index documents_of_no_callers on documents (kind, id)
    where owner_kind in ('world', 'end_user');

create trigger documents_added after insert on documents begin
    insert into changes (kind, id, owner_kind, owner)
    values (new.kind, new.id, new.owner_kind, new.owner);
end;
create trigger documents_changed after update on documents begin
    insert into changes (kind, id, owner_kind, owner)
    values (new.kind, new.id, new.owner_kind, new.owner);
end;
create trigger documents_keep_their_names before update on documents
when new.kind <> old.kind or new.id <> old.id
     or new.owner_kind <> old.owner_kind or new.owner <> old.owner begin
    select raise(abort, 'a document keeps its kind, id and owner: write another one');
end;
-- Whoever has read it must see that it was changed.
create trigger documents_count_up before update on documents when new.version <= old.version begin
    select raise(abort, 'a document that is written has a greater version');
end;
create trigger documents_stay before delete on documents begin
    select raise(abort, 'a document is never removed: write in it that it is over');
end;

-- Who changed what, and why.
create table audit (
    seq      integer primary key autoincrement,
    at       integer not null,
    "by"     text not null,
    verb     text not null,
    subjects text not null check (json_valid(subjects)),
    reason   text not null,
    detail   text not null check (json_valid(detail))
) strict;

create trigger audit_does_not_change before update on audit begin
    select raise(abort, 'the audit is never changed');
end;
create trigger audit_stays before delete on audit begin
    select raise(abort, 'the audit is never shortened');
end;
