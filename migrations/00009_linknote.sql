-- +goose Up

-- Whom a link was made for, in the words of the holder, who alone sees them.
alter table links add column note text not null default '' check (length(note) <= 60);
