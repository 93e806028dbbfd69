-- Who may call, what calls cost, and the feed of what changed.
-- Times are milliseconds since 1970, UTC.

create table principals (
    id       text primary key not null,
    tier     text not null,
    note     text not null,
    created  integer not null,
    disabled integer
) strict;

create table credentials (
    id        text primary key not null,
    principal text not null references principals (id),
    digest    blob not null unique check (length(digest) = 32),
    hasher    text not null,
    note      text not null,
    created   integer not null,
    expires   integer,
    revoked   integer
) strict;

create index credentials_by_principal on credentials (principal, created);

create table changes (
    seq  integer primary key autoincrement,
    kind text not null check (kind in ('principal', 'credential')),
    id   text not null
) strict;

-- Triggers, so that no writer, not even a person at a prompt, can change a record unheard.
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

-- No reference to principals: the books outlive them.
create table usage (
    request_id        text primary key not null,
    at                integer not null,
    principal         text not null,
    tier              text not null,
    model             text not null,
    revision          text not null,
    stage             text not null,
    operation         text not null,
    outcome           text not null,
    prompt_tokens     integer not null,
    completion_tokens integer not null,
    estimated         integer not null,
    duration_ms       integer not null,
    ttft_ms           integer,
    streamed          integer not null
) strict;

create index usage_by_time on usage (at);
