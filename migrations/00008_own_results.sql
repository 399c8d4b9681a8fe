-- +goose Up

-- The ids of Results are the body's own: two bodies may have the same one. A Result is
-- kept under body and id, with a stroke between them, which neither has; so is the
-- request of a copy, which stands for the Result where the body itself issues.

insert into results (id, document, digest, saved_at)
    select d.body || '/' || r.id, r.document, r.digest, r.saved_at from results r join drafts d on d.result = r.id;
insert into results (id, document, digest, saved_at)
    select a.body || '/' || r.id, r.document, r.digest, r.saved_at from results r join awards a on a.id = r.id
    where not exists (select 1 from drafts d where d.result = r.id);
update reservations set request = (select d.body from drafts d where d.id = reservations.draft) || '/' || request;
update drafts set result = body || '/' || result;
delete from results where id not like '%/%';

-- As before, but for the primary key; held_as, by which a holder's pages name an award,
-- since somebody may hold two of one id; and forgotten_at, when an account was deleted
-- that had it, or the address of its letter.
create table own_awards (
    body         text   not null references bodies (id),
    id           text   not null check (length(id) = 36),
    document     text            check (document <> ''),
    version      text   not null check (length(version) = 64),  -- digest of the document
    original     text   not null check (length(original) = 64), -- of the result as it was brought
    summary      text   not null check (summary <> ''),
    look         text   not null default '',
    email        text   not null, -- where the claim letter goes, or empty
    lang         text   not null, -- its language
    evidence     text   not null, -- the frozen set that was put into the result, or empty
    imported_at  bigint not null check (imported_at > 0),
    imported_by  text   not null check (imported_by <> ''),
    begun_at     bigint          check (begun_at > 0),
    begun_by     text            check (begun_by <> ''),
    tries        integer not null default 0 check (tries >= 0),       -- to finish it
    rests_until  bigint  not null default 0 check (rests_until >= 0), -- then it is tried again
    sealed_at    bigint          check (sealed_at >= begun_at),
    draft        text            references drafts (id),
    credential   text            references sealed (id), -- the edc form, which the links lead to
    holder       text            references people (id),
    held_as      text            check (length(held_as) = 36),
    claimed_at   bigint          check (claimed_at > 0),
    forgotten_at bigint          check (forgotten_at > 0),
    primary key (body, id),
    check ((begun_at is null) = (begun_by is null)),
    check (sealed_at is null or begun_at is not null),
    check ((sealed_at is null) = (draft is null)),
    check ((sealed_at is null) = (credential is null)),
    check ((holder is null) = (claimed_at is null)),
    check ((holder is null) = (held_as is null)),
    check (holder is null or sealed_at is not null),
    check (document is not null or sealed_at is not null),
    check ((email = '') = (lang = '')),
    check (forgotten_at is null or email = '')
);

insert into own_awards (body, id, document, version, original, summary, look, email, lang, evidence, imported_at, imported_by,
        begun_at, begun_by, tries, rests_until, sealed_at, draft, credential, holder, held_as, claimed_at)
    select body, id, document, version, original, summary, look, email, lang, evidence, imported_at, imported_by,
        begun_at, begun_by, tries, rests_until, sealed_at, draft, credential, holder,
        case when holder is null then null else id end, claimed_at from awards;
drop table awards;
alter table own_awards rename to awards;

create index awards_imported on awards (body, imported_at, id);
create index awards_open on awards (body, imported_at, id) where sealed_at is null;
create index awards_sealed on awards (body, sealed_at, id) where sealed_at is not null;
create index awards_begun on awards (begun_at) where begun_at is not null and sealed_at is null;
create unique index awards_holder on awards (holder, held_as) where holder is not null;
create index awards_draft on awards (draft) where draft is not null;
create index awards_email on awards (lower(email)) where email <> '';

-- Who changed where the claim letter of an award goes, and when. The addresses are not
-- here: an earlier one may be a stranger's.
create table award_addresses (
    id         text   not null primary key check (length(id) = 36),
    body       text   not null,
    award      text   not null,
    change     text   not null check (change in ('set', 'changed', 'removed')),
    changed_at bigint not null check (changed_at > 0),
    changed_by text   not null check (changed_by <> ''),
    foreign key (body, award) references awards (body, id) on delete cascade
);

create index award_addresses_award on award_addresses (body, award, changed_at);
