-- The embedded event log: topics of four partitions, groups and offsets, in a database of its own, on one machine.
-- No client may touch a table. Clients call the functions below, which run as the owner and check session_user, the
-- client's own login, against the access list that comes from the agreement.
create schema if not exists concord_log;
grant usage on schema concord_log to public;

create table if not exists concord_log.partitions (
    topic text not null,
    partition integer not null,
    next_offset bigint not null default 0,
    primary key (topic, partition)
);

create table if not exists concord_log.records (
    topic text not null,
    partition integer not null,
    log_offset bigint not null,
    key bytea not null,
    headers bytea not null,
    value bytea not null,
    appended timestamptz not null,
    primary key (topic, partition, log_offset)
);

create table if not exists concord_log.offsets (
    group_name text not null,
    topic text not null,
    partition integer not null,
    next_offset bigint not null,
    primary key (group_name, topic, partition)
);

create table if not exists concord_log.acls (
    principal text not null,
    resource text not null check (resource in ('topic', 'group')),
    name text not null,
    prefixed boolean not null,
    operation text not null check (operation in ('read', 'write')),
    primary key (principal, resource, name, prefixed, operation)
);

revoke all on all tables in schema concord_log from public;

-- Refuses what the access list does not give this login. The errors name the resource only.
create or replace function concord_log.authorise(p_resource text, p_names text[], p_operation text) returns void
language plpgsql stable security definer set search_path = concord_log, pg_temp as $$
declare
    refused text;
begin
    select string_agg(wanted, ' ' order by wanted) into refused
    from (select distinct unnest(p_names) as wanted) as names
    where not exists (
        select from acls a
        where a.principal = session_user and a.resource = p_resource and a.operation = p_operation
          and (a.name = wanted or (a.prefixed and starts_with(wanted, a.name))));
    if refused is not null then
        raise exception '%', refused using errcode = 'insufficient_privilege', constraint = p_resource;
    end if;
end $$;

-- Appends records in order. Offsets are given while the partition's row is locked until commit, so that no reader ever
-- sees a later record before an earlier one, and the clock is read under that lock.
create or replace function concord_log.publish(
    p_topics text[], p_partitions integer[], p_keys bytea[], p_headers bytea[], p_values bytea[]) returns void
language plpgsql security definer set search_path = concord_log, pg_temp as $$
declare
    unknown text;
    moment timestamptz;
begin
    perform authorise('topic', p_topics, 'write');
    perform from partitions p
    where (p.topic, p.partition) in (select * from unnest(p_topics, p_partitions))
    order by p.topic, p.partition for update;
    select string_agg(distinct i.topic, ' ') into unknown
    from unnest(p_topics, p_partitions) as i(topic, partition)
    where not exists (select from partitions p where p.topic = i.topic and p.partition = i.partition);
    if unknown is not null then
        raise exception '%', unknown using errcode = 'undefined_object';
    end if;
    moment := clock_timestamp();
    insert into records (topic, partition, log_offset, key, headers, value, appended)
    select i.topic, i.partition,
           p.next_offset + row_number() over (partition by i.topic, i.partition order by i.n) - 1,
           i.key, i.headers, i.value, moment
    from unnest(p_topics, p_partitions, p_keys, p_headers, p_values)
         with ordinality as i(topic, partition, key, headers, value, n)
    join partitions p on p.topic = i.topic and p.partition = i.partition;
    update partitions p set next_offset = p.next_offset + sent.records
    from (select i.topic, i.partition, count(*) as records
          from unnest(p_topics, p_partitions) as i(topic, partition) group by 1, 2) as sent
    where p.topic = sent.topic and p.partition = sent.partition;
    notify concord_log;
end $$;

-- Makes this session the group's one active member, or says that another is. The membership ends with the session.
create or replace function concord_log.join_group(p_group text) returns boolean
language plpgsql security definer set search_path = concord_log, pg_temp as $$
begin
    perform authorise('group', array[p_group], 'read');
    return pg_try_advisory_lock(hashtextextended(p_group, 0));
end $$;

-- The lock is counted per session: taking it once more succeeds for the holder only, or where nobody holds it.
create or replace function concord_log.check_member(p_group text) returns void
language plpgsql security definer set search_path = concord_log, pg_temp as $$
begin
    perform authorise('group', array[p_group], 'read');
    if not pg_try_advisory_lock(hashtextextended(p_group, 0)) then
        raise exception 'not the active member' using errcode = 'object_in_use';
    end if;
    perform pg_advisory_unlock(hashtextextended(p_group, 0));
end $$;

-- Where the group goes on in each partition of the topics, and where the log ends now.
create or replace function concord_log.places(p_group text, p_topics text[])
returns table (topic text, partition integer, next_offset bigint, end_offset bigint)
language plpgsql security definer set search_path = concord_log, pg_temp as $$
begin
    perform authorise('group', array[p_group], 'read');
    perform authorise('topic', p_topics, 'read');
    return query
        select p.topic, p.partition, coalesce(o.next_offset, 0), p.next_offset
        from partitions p
        left join offsets o on o.group_name = p_group and o.topic = p.topic and o.partition = p.partition
        where p.topic = any (p_topics) order by p.topic, p.partition;
end $$;

-- At most p_limit records from the given places on, in order within each, taking turns between them.
create or replace function concord_log.fetch(
    p_group text, p_topics text[], p_partitions integer[], p_offsets bigint[], p_limit integer)
returns setof concord_log.records
language plpgsql security definer set search_path = concord_log, pg_temp as $$
begin
    perform authorise('topic', p_topics, 'read');
    perform check_member(p_group);
    return query
        select r.* from unnest(p_topics, p_partitions, p_offsets) as w(topic, partition, log_offset)
        cross join lateral (
            select * from records q
            where q.topic = w.topic and q.partition = w.partition and q.log_offset >= w.log_offset
            order by q.log_offset limit p_limit) as r
        order by r.log_offset - w.log_offset, r.topic, r.partition limit p_limit;
end $$;

create or replace function concord_log.commit_offsets(
    p_group text, p_topics text[], p_partitions integer[], p_offsets bigint[]) returns void
language plpgsql security definer set search_path = concord_log, pg_temp as $$
begin
    perform authorise('topic', p_topics, 'read');
    perform check_member(p_group);
    insert into offsets (group_name, topic, partition, next_offset)
    select p_group, * from unnest(p_topics, p_partitions, p_offsets)
    on conflict (group_name, topic, partition) do update set next_offset = excluded.next_offset;
end $$;

revoke all on function concord_log.authorise(text, text[], text) from public;
revoke all on function concord_log.check_member(text) from public;
