-- +goose Up

-- A Result has one Draft, which all its forms and copies are made from.
drop index drafts_result;
create unique index drafts_result on drafts (result);
