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

-- What calls are told apart by, each combination once, so that a call is a few numbers. Whoever
-- writes remembers the numbers of the kinds: a kind never changes and never goes.
create table kinds (
    id        integer primary key,
    principal text not null,
    tier      text not null,
    model     text not null,
    revision  text not null,
    stage     text not null,
    operation text not null,
    outcome   text not null,
    estimated integer not null,
    streamed  integer not null,
    unique (principal, tier, model, revision, stage, operation, outcome, estimated, streamed)
) strict;

create trigger kinds_do_not_change before update on kinds begin
    select raise(abort, 'a kind of call is never changed');
end;
create trigger kinds_do_not_go before delete on kinds begin
    select raise(abort, 'a kind of call is never removed: remove the rows of usage');
end;

-- No declared reference to kinds: looking after it at each row would cost more than the row. Kept by
-- time and nothing else: a row is added at the end of one tree. To find one call by its id, say also
-- about when it was: the first twelve hex digits of the id are the milliseconds at which it began.
create table calls (
    request_id        text not null,
    at                integer not null,
    kind              integer not null,
    prompt_tokens     integer not null,
    completion_tokens integer not null,
    duration_ms       integer not null,
    ttft_ms           integer,
    primary key (at, request_id)
) strict, without rowid;

-- Both together: what people and reports read.
create view usage as
    select request_id, at, principal, tier, model, revision, stage, operation, outcome,
           prompt_tokens, completion_tokens, estimated, duration_ms, ttft_ms, streamed
    from calls join kinds on kinds.id = calls.kind;

create trigger usage_removed instead of delete on usage begin
    delete from calls where at = old.at and request_id = old.request_id;
end;
