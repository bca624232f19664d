import { Fault } from '../../../base/fault.ts'
import type { Sql } from '../../sqlite/index.ts'
import type { MessageMetadata, OutgoingMessage } from '../contract.ts'

/** One subscription of a group to a topic. */
export interface Consumer {
  readonly topic: string
  readonly group: string
  /** Unlike any other, in any process. */
  readonly name: string
}

export interface ClaimedMessage {
  readonly id: number
  readonly data: Uint8Array
  readonly metadata: MessageMetadata
  readonly attempt: number
  readonly publishedMs: number
}

/** How a delivery has ended. */
export interface Settled {
  readonly id: number
  readonly isDone: boolean
}

/** When to deliver again, epoch milliseconds; null: never. */
export interface Redelivery {
  readonly lostMs: number | null
  readonly failedMs: number | null
}

interface Candidate {
  readonly id: number
  readonly sinceMs: number
  readonly isNew: boolean
}

/** Within a write. @throws Fault `PUBSUB_FULL` */
export function publish(
  sql: Sql,
  { topic, data, metadata }: OutgoingMessage,
  nowMs: number,
  maxLen: number,
): void {
  const held = sql.row('SELECT messages FROM pubsub_topic WHERE topic = ?', topic)
  const surplus = Number(held?.messages ?? 0) + 1 - maxLen
  if (surplus > 0) {
    if (sql.row('SELECT 1 FROM pubsub_group WHERE topic = ?', topic) !== undefined)
      throw new Fault(
        'PUBSUB_FULL',
        `a group has not acknowledged ${maxLen} messages of this topic: start its subscriber, or raise maxLen`,
        { retryable: true },
      )
    sql.run(
      `DELETE FROM pubsub_message WHERE id IN
        (SELECT id FROM pubsub_message WHERE topic = ? ORDER BY id LIMIT ?)`,
      topic,
      surplus,
    )
  }
  sql.run(
    'INSERT INTO pubsub_message (topic, data, metadata, published_ms) VALUES (?, ?, ?, ?)',
    topic,
    data,
    JSON.stringify(metadata),
    nowMs,
  )
}

/** Within a write. The group, from the first message that the topic holds; one that is there stays as it is. */
export function join(sql: Sql, { topic, group }: Consumer): void {
  sql.run(
    `INSERT INTO pubsub_group (topic, consumer, position) VALUES (?, ?, 0)
    ON CONFLICT (topic, consumer) DO NOTHING`,
    topic,
    group,
  )
}

/** Within a write. A delivery that failed is its consumer's no more; one that another has taken over stays with it. */
export function settle(
  sql: Sql,
  { topic, group, name }: Consumer,
  { id, isDone }: Settled,
  { failedMs }: Redelivery,
): void {
  if (!isDone) {
    sql.run(
      `UPDATE pubsub_delivery SET due_ms = ?, owner = ''
      WHERE topic = ? AND consumer = ? AND id = ? AND owner = ?`,
      failedMs,
      topic,
      group,
      id,
      name,
    )
    return
  }
  sql.run(
    'DELETE FROM pubsub_delivery WHERE topic = ? AND consumer = ? AND id = ?',
    topic,
    group,
    id,
  )
  sql.run(
    `DELETE FROM pubsub_message WHERE id = ?
      AND NOT EXISTS (SELECT 1 FROM pubsub_delivery AS d WHERE d.id = pubsub_message.id)
      AND NOT EXISTS (SELECT 1 FROM pubsub_group AS g
        WHERE g.topic = pubsub_message.topic AND g.position < pubsub_message.id)`,
    id,
  )
}

/** Within a write: up to `room` messages, which are this consumer's until `lostMs`. Whatever waited longest goes first. */
export function claim(
  sql: Sql,
  consumer: Consumer,
  room: number,
  nowMs: number,
  { lostMs }: Redelivery,
  atWork: readonly number[],
): readonly ClaimedMessage[] {
  return candidates(sql, consumer, room, nowMs, atWork).map((candidate) =>
    take(sql, consumer, candidate, lostMs),
  )
}

/** Whether `claim` would find something. */
export function hasWork(
  sql: Sql,
  consumer: Consumer,
  nowMs: number,
  atWork: readonly number[],
): boolean {
  return candidates(sql, consumer, 1, nowMs, atWork).length > 0
}

/** When the next message is to be delivered again that is not at work here, epoch milliseconds. */
export function nextDueMs(
  sql: Sql,
  { topic, group }: Consumer,
  atWork: readonly number[],
): number | undefined {
  const row = sql.row(
    `SELECT min(due_ms) AS due FROM pubsub_delivery
    WHERE topic = ? AND consumer = ? AND id NOT IN (SELECT value FROM json_each(?))`,
    topic,
    group,
    JSON.stringify(atWork),
  )
  return typeof row?.due === 'number' ? row.due : undefined
}

function candidates(
  sql: Sql,
  { topic, group }: Consumer,
  room: number,
  nowMs: number,
  atWork: readonly number[],
): readonly Candidate[] {
  const due = sql.rows(
    `SELECT id, due_ms AS since FROM pubsub_delivery
    WHERE topic = ? AND consumer = ? AND due_ms <= ?
      AND id NOT IN (SELECT value FROM json_each(?))
    ORDER BY due_ms, id LIMIT ?`,
    topic,
    group,
    nowMs,
    JSON.stringify(atWork),
    room,
  )
  const fresh = sql.rows(
    `SELECT m.id AS id, m.published_ms AS since FROM pubsub_message AS m
    JOIN pubsub_group AS g ON g.topic = m.topic AND g.consumer = ?
    WHERE m.topic = ? AND m.id > g.position
    ORDER BY m.id LIMIT ?`,
    group,
    topic,
    room,
  )
  const merged: Candidate[] = []
  for (let d = 0, f = 0; merged.length < room; ) {
    const again = due[d]
    const first = fresh[f]
    const isNew = again === undefined || (first && Number(first.since) <= Number(again.since))
    const row = isNew ? first : again
    if (row === undefined) break
    if (isNew) f++
    else d++
    merged.push({ id: Number(row.id), sinceMs: Number(row.since), isNew: Boolean(isNew) })
  }
  return merged
}

function take(
  sql: Sql,
  { topic, group, name }: Consumer,
  { id, isNew }: Candidate,
  lostMs: number | null,
): ClaimedMessage {
  sql.run(
    `INSERT INTO pubsub_delivery (topic, consumer, id, attempt, owner, due_ms)
    VALUES (?, ?, ?, 1, ?, ?)
    ON CONFLICT (topic, consumer, id) DO UPDATE SET
      attempt = attempt + 1, owner = excluded.owner, due_ms = excluded.due_ms`,
    topic,
    group,
    id,
    name,
    lostMs,
  )
  if (isNew)
    sql.run(
      'UPDATE pubsub_group SET position = ? WHERE topic = ? AND consumer = ?',
      id,
      topic,
      group,
    )
  const row = sql.row(
    `SELECT m.data AS data, m.metadata AS metadata, m.published_ms AS published, d.attempt AS attempt
    FROM pubsub_message AS m JOIN pubsub_delivery AS d ON d.id = m.id
    WHERE d.topic = ? AND d.consumer = ? AND d.id = ?`,
    topic,
    group,
    id,
  )
  return {
    id,
    data: row?.data as Uint8Array,
    metadata: JSON.parse(String(row?.metadata)),
    attempt: Number(row?.attempt),
    publishedMs: Number(row?.published),
  }
}
