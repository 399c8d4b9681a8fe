-- +goose Up

-- Results of bodies from import to sealed credential, and what their holders do
-- with them. An award has the id of its result.

-- The document is the result as it will be sealed. Once it is sealed, it stands in
-- results alone. look is how its certificates look, as it was when sealing began. What
-- was begun and cannot be finished rests between two tries, so that what can be is.
create table awards (
    id          text   not null primary key check (length(id) = 36),
    body        text   not null references bodies (id),
    document    text            check (document <> ''),
    version     text   not null check (length(version) = 64),  -- digest of the document
    original    text   not null check (length(original) = 64), -- of the result as it was brought
    summary     text   not null check (summary <> ''),
    look        text   not null default '',
    email       text   not null, -- where the claim letter goes, or empty
    lang        text   not null, -- its language
    evidence    text   not null, -- the frozen set that was put into the result, or empty
    imported_at bigint not null check (imported_at > 0),
    imported_by text   not null check (imported_by <> ''),
    begun_at    bigint          check (begun_at > 0),
    begun_by    text            check (begun_by <> ''),
    tries       integer not null default 0 check (tries >= 0),       -- to finish it
    rests_until bigint  not null default 0 check (rests_until >= 0), -- then it is tried again
    sealed_at   bigint          check (sealed_at >= begun_at),
    draft       text            references drafts (id),
    credential  text            references sealed (id), -- the edc form, which the links lead to
    holder      text            references people (id),
    claimed_at  bigint          check (claimed_at > 0),
    check ((begun_at is null) = (begun_by is null)),
    check (sealed_at is null or begun_at is not null),
    check ((sealed_at is null) = (draft is null)),
    check ((sealed_at is null) = (credential is null)),
    check ((holder is null) = (claimed_at is null)),
    check (holder is null or sealed_at is not null),
    check (document is not null or sealed_at is not null),
    check ((email = '') = (lang = ''))
);

create index awards_imported on awards (body, imported_at, id);
create index awards_open on awards (body, imported_at, id) where sealed_at is null;
create index awards_sealed on awards (body, sealed_at, id) where sealed_at is not null;
create index awards_begun on awards (begun_at) where begun_at is not null and sealed_at is null;
create index awards_holder on awards (holder) where holder is not null;
create index awards_draft on awards (draft) where draft is not null;
create index awards_email on awards (lower(email)) where email <> '';

-- id names a link on pages and opens nothing. The printed link of a credential has
-- no end; its holder switches it off and on.
alter table links add column id text check (length(id) = 36);
alter table links add column printed smallint not null default 0 check (printed in (0, 1));
alter table links add column off_at bigint check (off_at > 0);

create unique index links_id on links (id) where id is not null;
create unique index links_printed on links (credential) where printed = 1;

-- How often a link was looked at within an hour, and nothing on who did.
create table link_looks (
    token text   not null references links (token),
    hour  bigint not null check (hour > 0),
    looks bigint not null check (looks > 0),
    primary key (token, hour)
);

-- Answers to calls that make something, so that the same call again gives the same
-- answer. status is null while the first is at work.
create table idempotent_calls (
    token      text     not null check (token <> ''),
    route      text     not null check (route <> ''),
    key        text     not null check (key <> ''),
    digest     text     not null check (length(digest) = 64), -- of what was sent
    status     smallint          check (status between 100 and 599),
    headers    text     not null default '',
    answer     bytea,
    begun_at   bigint   not null check (begun_at > 0),
    primary key (token, route, key)
);

create index idempotent_calls_old on idempotent_calls (begun_at);
