-- +goose Up

-- The outbox: every mail that the server is to send, is sending or has sent. A
-- letter holds no secret: its one-time link is made from purpose and ticket when
-- it is sent. What says whom it was for is taken away when it is old (purged_at).
create table letters (
    id         text     not null primary key check (length(id) = 36),
    kind       text     not null check (kind <> ''),
    body       text     not null, -- empty: a letter of the server itself
    person     text     not null, -- the account that it is about, or empty
    address    text              check (address <> ''),
    lang       text     not null check (lang in ('en', 'fr', 'de')),
    args       text              check (args <> ''),
    purpose    text     not null,
    ticket     text     not null, -- empty: no link in it
    until_at   bigint            check (until_at > 0), -- when the link ends
    state      text     not null check (state in ('waiting', 'sent', 'kept', 'bounced', 'gave-up', 'withdrawn')),
    reason     text     not null, -- message key of what went wrong last, or empty
    attempts   integer  not null check (attempts >= 0),
    again_of   text              references letters (id), -- the letter that this one repeats
    created_at bigint   not null check (created_at > 0),
    tried_at   bigint            check (tried_at >= created_at),
    done_at    bigint            check (done_at >= created_at),
    purged_at  bigint            check (purged_at >= created_at),
    check ((ticket = '') = (purpose = '')),
    check ((state = 'waiting') = (done_at is null)),
    check ((purged_at is null) = (address is not null)),
    check ((address is null) = (args is null))
);

-- A letter is repeated once at a time: who asks twice gets the same one.
create unique index letters_again on letters (again_of) where again_of is not null;
create index letters_body on letters (body, created_at);
create index letters_person on letters (person) where person <> '';
create index letters_address on letters (lower(address));
create index letters_ticket on letters (ticket) where ticket <> '';
create index letters_old on letters (created_at) where purged_at is null;
