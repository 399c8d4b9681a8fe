-- +goose Up

-- Who works here and for whom: bodies, accounts, roles, what lets people in and
-- what they were told. Scopes, settings and arguments are JSON.

create table bodies (
    id         text   not null primary key check (length(id) between 2 and 40),
    name       text   not null check (name <> ''),
    profile    text   not null, -- of package body; empty: not set up yet
    version    bigint not null check (version > 0),
    created_at bigint not null check (created_at > 0)
);

-- An account that was deleted leaves its id alone, which records name. A session
-- belongs to an epoch; what ends all of them begins a new one.
create table people (
    id           text   not null primary key check (length(id) = 36),
    email        text            unique check (email <> ''),
    name         text   not null,
    lang         text   not null check (lang in ('en', 'fr', 'de')),
    settings     text   not null check (settings <> ''),
    epoch        bigint not null check (epoch > 0),
    created_at   bigint not null check (created_at > 0),
    recovered_at bigint          check (recovered_at > 0),
    deleted_at   bigint          check (deleted_at > 0),
    check ((email is null) = (deleted_at is not null)),
    check (deleted_at is null or name = '')
);

create table memberships (
    id       text   not null primary key check (length(id) = 36),
    person   text   not null references people (id),
    body     text   not null references bodies (id),
    role     text   not null check (role in ('administrator', 'officer', 'assessor', 'mentor', 'centre',
                                             'employer', 'authority', 'coordinator', 'ombudsman', 'complaints')),
    from_at  bigint not null check (from_at > 0),
    until_at bigint          check (until_at > from_at),
    given_by text   not null check (given_by <> ''),
    ended_at bigint          check (ended_at > 0),
    ended_by text            check (ended_by <> ''),
    check ((ended_at is null) = (ended_by is null))
);

create unique index memberships_once on memberships (person, body, role) where ended_at is null;
create index memberships_body on memberships (body) where ended_at is null;

-- One-time links. What is in the link is not here: it needs the key of the server.
create table tickets (
    id         text   not null primary key check (length(id) = 22),
    purpose    text   not null check (purpose in ('setup', 'register', 'invite', 'recover', 'claim', 'address', 'stop')),
    email      text   not null,
    person     text            references people (id),
    body       text            references bodies (id),
    role       text   not null,
    subject    text   not null,
    lang       text   not null check (lang in ('en', 'fr', 'de')),
    given_by   text   not null,
    created_at bigint not null check (created_at > 0),
    expires_at bigint not null check (expires_at > created_at),
    from_at    bigint          check (from_at > 0),
    used_at    bigint          check (used_at > 0),
    ended_at   bigint          check (ended_at > 0)
);

create index tickets_email on tickets (lower(email), created_at);
create index tickets_person on tickets (person) where person is not null;
create index tickets_body on tickets (body) where body is not null;
create index tickets_subject on tickets (subject) where subject <> '';
create index tickets_old on tickets (expires_at);

-- What lets people in. A passkey's counter only goes up; an identity is named by
-- issuer and subject, never by an address.
create table passkeys (
    id         text   not null primary key check (id <> ''),
    person     text   not null references people (id),
    name       text   not null check (name <> ''),
    credential text   not null check (credential <> ''),
    sign_count bigint not null check (sign_count >= 0),
    created_at bigint not null check (created_at > 0),
    used_at    bigint          check (used_at > 0)
);

create index passkeys_person on passkeys (person);

create table identities (
    issuer     text   not null check (issuer <> ''),
    subject    text   not null check (subject <> ''),
    person     text   not null references people (id),
    name       text   not null,
    created_at bigint not null check (created_at > 0),
    used_at    bigint          check (used_at > 0),
    primary key (issuer, subject)
);

create index identities_person on identities (person);

create table recovery_codes (
    id         text   not null primary key check (length(id) = 36),
    person     text   not null references people (id),
    salt       text   not null check (length(salt) > 16),
    digest     text   not null check (length(digest) = 64),
    created_at bigint not null check (created_at > 0),
    used_at    bigint          check (used_at > 0)
);

create index recovery_codes_person on recovery_codes (person);

-- What counts once, such as a challenge, as long as it could be used again.
create table used_once (
    digest     text   not null primary key check (length(digest) = 64),
    expires_at bigint not null check (expires_at > 0)
);

create index used_once_old on used_once (expires_at);

-- token is the SHA-256 of what the browser holds. person is whose session it is,
-- or null as long as nobody has signed in. A session that was ended stays empty
-- until it would have expired, so that a request which is still on its way does
-- not bring it back.
create table sessions (
    token      text   not null primary key check (token <> ''),
    person     text            references people (id),
    data       bytea  not null,
    expires_at bigint not null check (expires_at > 0),
    ended_at   bigint          check (ended_at > 0),
    check (ended_at is null or (person is null and length(data) = 0)),
    check (ended_at is not null or length(data) > 0)
);

create index sessions_person on sessions (person) where person is not null;
create index sessions_old on sessions (expires_at);

create table tokens (
    id         text   not null primary key check (length(id) = 36),
    name       text   not null check (name <> ''),
    body       text            references bodies (id),
    person     text            references people (id),
    scopes     text   not null check (scopes <> ''),
    digest     text   not null unique check (length(digest) = 64),
    hint       text   not null check (length(hint) = 4),
    given_by   text   not null check (given_by <> ''),
    created_at bigint not null check (created_at > 0),
    expires_at bigint not null check (expires_at > created_at),
    used_at    bigint,
    ended_at   bigint          check (ended_at > 0),
    check ((body is null) <> (person is null))
);

create index tokens_body on tokens (body) where body is not null;
create index tokens_person on tokens (person) where person is not null;

create table notices (
    id         text   not null primary key check (length(id) = 36),
    person     text   not null references people (id),
    body       text            references bodies (id),
    key        text   not null check (key <> ''),
    args       text   not null check (args <> ''),
    path       text   not null,
    due_at     bigint          check (due_at > 0),
    created_at bigint not null check (created_at > 0)
);

create index notices_person on notices (person, created_at);
