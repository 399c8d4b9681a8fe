-- +goose Up

-- What issuing keeps: Results, the Drafts made from them, what has been
-- promised (reservations), what has been sealed, and the public links to it.
-- Ids are text, times UTC in unix milliseconds, JSON is text, digests are
-- SHA-256 in hexadecimal.

create table results (
    id       text   not null primary key check (id <> ''),
    document text   not null check (document <> ''),
    digest   text   not null check (length(digest) = 64),
    saved_at bigint not null check (saved_at > 0)
);

create table drafts (
    id          text   not null primary key check (length(id) = 36),
    result      text   not null references results (id),
    body        text   not null check (body <> ''),
    document    text   not null check (document <> ''),
    digest      text   not null check (length(digest) = 64),
    issued_at   bigint not null check (issued_at > 0),
    valid_from  bigint not null check (valid_from > 0),
    valid_until bigint          check (valid_until > valid_from)
);

create index drafts_result on drafts (result);

-- A reservation is open while it holds the bytes to be signed and a lease on
-- them; sealing takes both away. Without its bytes it can never be signed again.
create table reservations (
    id           text   not null primary key check (id <> ''),
    draft        text   not null references drafts (id),
    form         text   not null check (form <> ''),
    holder       text   not null,
    request      text   not null check (request <> ''),
    input        bytea           check (length(input) > 0),
    input_digest text   not null check (length(input_digest) = 64),
    reserved_at  bigint not null check (reserved_at > 0),
    lease_until  bigint          check (lease_until >= reserved_at),
    unique (form, holder, request),
    unique (id, draft, form),
    check ((input is null) = (lease_until is null))
);

create index reservations_draft on reservations (draft);
create index reservations_open on reservations (lease_until) where lease_until is not null;

create table sealed (
    id         text   not null primary key,
    draft      text   not null,
    form       text   not null,
    media_type text   not null check (media_type <> ''),
    bytes      bytea  not null check (length(bytes) > 0),
    digest     text   not null check (length(digest) = 64),
    sealed_at  bigint not null check (sealed_at > 0),
    foreign key (id, draft, form) references reservations (id, draft, form)
);

create index sealed_draft on sealed (draft);

-- A link lets whoever holds its token see one sealed credential until it
-- closes. closes_at is null where it stays open until somebody closes it, as
-- for the link that is printed on a certificate.
create table links (
    token      text   not null primary key check (length(token) = 22),
    credential text   not null references sealed (id),
    created_at bigint not null check (created_at > 0),
    closes_at  bigint          check (closes_at > created_at),
    closed_at  bigint          check (closed_at >= created_at)
);

create index links_credential on links (credential);
