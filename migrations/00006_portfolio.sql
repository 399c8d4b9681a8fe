-- +goose Up

-- What candidates show: items of evidence with their files, the sets frozen from
-- them, and the bodies that a set was handed in to. The files lie in the storage of
-- files, under names that tell neither whose they are nor what they hold.

-- Every file that is there or may be. It is listed before its bytes are written
-- (coming), so that a crash leaves none behind that nobody knows of, and until they
-- are gone (leaving). A leaving file is nobody's.
create table evidence_files (
    name   text     not null primary key check (name <> ''),
    person text     not null,
    size   bigint   not null check (size > 0),
    state  text     not null check (state in ('coming', 'kept', 'leaving')),
    tries  integer  not null default 0 check (tries >= 0), -- removals that failed
    at     bigint   not null check (at > 0),
    check ((person = '') = (state = 'leaving'))
);

create index evidence_files_person on evidence_files (person) where person <> '';
create index evidence_files_open on evidence_files (state, at) where state <> 'kept';

create table evidence_items (
    id         text     not null primary key check (length(id) = 36),
    person     text     not null check (person <> ''),
    kind       text     not null check (kind <> ''),
    unit       text     not null check (unit <> ''),
    title      text     not null check (title <> ''),
    shows      text     not null check (shows <> ''),
    task       text     not null,
    people     text     not null,
    own        smallint not null check (own in (0, 1)),
    day        bigint   not null, -- of the work, at midnight
    file       text     not null unique references evidence_files (name),
    file_name  text     not null check (file_name <> ''),
    media_type text     not null check (media_type <> ''),
    size       bigint   not null check (size > 0),
    digest     text     not null check (length(digest) = 64),
    added_at   bigint   not null check (added_at > 0),
    changed_at bigint   not null check (changed_at >= added_at)
);

create index evidence_items_person on evidence_items (person);

-- The document holds what the set says of every item, with its salt. It outlives
-- the items: without it, nothing in the set could be shown any more.
create table evidence_sets (
    id        text    not null primary key check (length(id) = 36),
    person    text    not null check (person <> ''),
    unit      text    not null check (unit <> ''),
    root      text    not null unique check (root <> ''),
    items     integer not null check (items > 0),
    document  text    not null check (document <> ''),
    frozen_at bigint  not null check (frozen_at > 0)
);

create index evidence_sets_person on evidence_sets (person);

create table evidence_members (
    id       text    not null references evidence_sets (id) on delete cascade,
    place    integer not null check (place >= 0),
    item     text    not null check (length(item) = 36), -- which its owner may have deleted
    primary key (id, place),
    unique (id, item)
);

create index evidence_members_item on evidence_members (item);

-- A release hands a set in to a body, for a purpose and until an end that its owner
-- named. The body uses it up by putting the root of the set into a result.
create table evidence_releases (
    id           text   not null primary key check (length(id) = 36),
    set_id       text   not null references evidence_sets (id) on delete cascade,
    person       text   not null check (person <> ''),
    body         text   not null check (body <> ''),
    purpose      text   not null check (purpose <> ''),
    released_at  bigint not null check (released_at > 0),
    until_at     bigint not null check (until_at > released_at),
    withdrawn_at bigint          check (withdrawn_at >= released_at),
    used_at      bigint          check (used_at >= released_at),
    result       text            check (result <> ''),
    check ((used_at is null) = (result is null)),
    check (withdrawn_at is null or used_at is null)
);

create index evidence_releases_set on evidence_releases (set_id);
create index evidence_releases_body on evidence_releases (body, released_at);
