"""The tables that every service database has for facts; called by the first migration of each service.

All are shared: they hold references, codes and signed bytes, never personal data. No login has more than its
role needs: the public site and the API may add to the outbox and not read it.
"""

from concord_core.storage.ddl import Operations, shared_table

TABLES = """
create table outbox (
    seq bigint generated always as identity primary key,
    event_id uuid not null unique,
    topic text not null,
    key text not null,
    type text not null,
    sequence integer not null check (sequence >= 1),
    agency text not null,
    time timestamptz not null,
    value bytea not null,
    traceparent text,
    written_at timestamptz not null default clock_timestamp(),
    sent_at timestamptz
);
create index outbox_unsent on outbox (seq) where sent_at is null;

create function outbox_wake() returns trigger language plpgsql as $$
begin
    notify concord_outbox;
    return null;
end $$;
create trigger outbox_wake after insert on outbox for each statement execute function outbox_wake();

create table inbox (
    consumer text not null,
    generation integer not null,
    topic text not null,
    event_id uuid not null,
    partition integer not null,
    log_offset bigint not null,
    outcome text not null check (outcome in ('applied', 'skipped', 'refused', 'parked')),
    at timestamptz not null default clock_timestamp(),
    primary key (consumer, generation, topic, event_id)
);
create index inbox_skipped on inbox (consumer, generation, topic, partition, log_offset) where outcome = 'skipped';

create table inbox_sequences (
    consumer text not null,
    generation integer not null,
    topic text not null,
    key text not null,
    sequence integer not null,
    primary key (consumer, generation, topic, key)
);

create table dead_letters (
    consumer text not null,
    generation integer not null,
    topic text not null,
    partition integer not null,
    log_offset bigint not null,
    key bytea not null,
    event_id uuid,
    type text,
    kind text not null check (kind in ('not_believed', 'refused', 'parked')),
    reason text not null,
    headers bytea,
    value bytea,
    appended timestamptz not null,
    at timestamptz not null default clock_timestamp(),
    attempts integer not null default 1,
    retry_wanted boolean not null default false,
    resolution text check (resolution in ('retried', 'dropped')),
    resolved_at timestamptz,
    primary key (consumer, generation, topic, partition, log_offset)
);
create index dead_letters_open on dead_letters (consumer, generation, topic, key) where resolved_at is null;

create table consumers (
    consumer text primary key,
    rebuildable boolean not null,
    generation integer not null default 1,
    rebuilding integer,
    applied bigint not null default 0,
    total bigint not null default 0,
    skipped_wanted boolean not null default false,
    paused_topics text[] not null default '{}',
    updated_at timestamptz not null default clock_timestamp()
);
"""


def create_tables(op: Operations) -> None:
    """Creates them and grants each login what its role needs."""
    op.execute(TABLES)
    shared_table(
        op,
        "outbox",
        app="insert",
        public="insert",
        consume="insert",
        relay="select, update (sent_at), delete",
    )
    shared_table(op, "inbox", consume="select, insert, update")
    shared_table(op, "inbox_sequences", consume="select, insert, update")
    shared_table(op, "dead_letters", consume="select, insert, update")
    shared_table(op, "consumers", app="select", consume="select, insert, update")
