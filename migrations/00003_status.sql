-- +goose Up

-- What tells whether a sealed credential still stands: status lists and the
-- places of every copy in them, how it stands with each draft, who changed that
-- and why, what has been published, and the keys that a body signs with. States
-- are 0 valid, 1 revoked, 2 suspended.

alter table drafts add column state smallint not null default 0 check (state in (0, 1, 2));

-- One list of a kind and purpose is open for new entries. It stays at the origin
-- that it was opened at, for credentials name it there. due_at is when it is
-- to be signed again; 0, it is new or has changed since.
create table status_lists (
    id        text     not null primary key check (length(id) = 36),
    body      text     not null check (body <> ''),
    origin    text     not null,
    kind      text     not null check (kind in ('bitstring', 'token')),
    purpose   text     not null,
    size      smallint not null check (size in (1, 2)),
    version   bigint   not null check (version > 0),
    due_at    bigint   not null check (due_at >= 0),
    opened_at bigint   not null check (opened_at > 0),
    closed_at bigint            check (closed_at >= opened_at),
    check ((purpose = '') = (kind = 'token'))
);

create unique index status_lists_open on status_lists (body, origin, kind, purpose, size) where closed_at is null;
create index status_lists_due on status_lists (body, due_at);

-- An entry is never taken away, so that its place is never used twice. It is
-- kept before the bytes that name it, hence before its reservation. own is what
-- was decided for its copy alone; state, which is published, is the worse of that
-- and the state of the draft.
create table status_entries (
    list       text     not null references status_lists (id),
    idx        integer  not null check (idx between 0 and 131071),
    credential text     not null references reservations (id) deferrable initially deferred,
    own        smallint not null default 0 check (own in (0, 1, 2)),
    state      smallint not null check (state in (0, 1, 2)),
    primary key (list, idx),
    check (own = 0 or state in (1, own))
);

create index status_entries_credential on status_entries (credential);
create index status_entries_set on status_entries (list, idx) where state <> 0;

-- The signed bytes of a list, as they are served: whole in one row. A token list
-- is a JWT alone.
create table status_publications (
    list       text   not null primary key references status_lists (id),
    version    bigint not null check (version > 0),
    jwt        bytea  not null check (length(jwt) > 0),
    jwt_digest text   not null check (length(jwt_digest) = 64),
    di         bytea           check (length(di) > 0),
    di_digest  text            check (length(di_digest) = 64),
    signed_at  bigint not null check (signed_at > 0),
    expires_at bigint not null check (expires_at > signed_at),
    check ((di is null) = (di_digest is null))
);

-- Where new lists of a body lie, and by which name it signs all of them.
create table status_publishers (
    body   text not null primary key check (body <> ''),
    origin text not null check (origin <> ''),
    name   text not null check (name <> '')
);

-- Who changed how it stands with a draft, or with one copy of it. Rows are only
-- ever added.
create table status_changes (
    id         text     not null primary key check (length(id) = 36),
    draft      text     not null references drafts (id),
    credential text              references reservations (id),
    state      smallint not null check (state in (0, 1, 2)),
    copies     integer  not null check (copies >= 0),
    reason     text     not null check (reason <> ''),
    note       text     not null,
    actor      text     not null check (actor <> ''),
    changed_at bigint   not null check (changed_at > 0)
);

create index status_changes_draft on status_changes (draft, changed_at);

-- The keys of a body. One is in use; the others were replaced, or given up
-- because they may be in wrong hands.
create table body_keys (
    body       text   not null check (body <> ''),
    thumbprint text   not null check (length(thumbprint) = 43),
    public_key bytea  not null check (length(public_key) > 0),
    chain      text   not null check (chain <> ''),
    from_at    bigint not null check (from_at > 0),
    until_at   bigint          check (until_at >= from_at),
    revoked_at bigint          check (revoked_at > 0),
    primary key (body, thumbprint)
);

create unique index body_keys_used on body_keys (body) where until_at is null;
