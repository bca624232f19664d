import type { Sql } from '../../sqlite/index.ts'

/**
 * A message stays until each group of its topic has acknowledged it. A group has been handed all up to its position;
 * what of that is not acknowledged has a row of its own. A time of NULL never comes.
 */
const SCHEMA = [
  `CREATE TABLE IF NOT EXISTS pubsub_message (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    topic TEXT NOT NULL,
    data BLOB NOT NULL,
    metadata TEXT NOT NULL,
    published_ms INTEGER NOT NULL
  )`,
  'CREATE INDEX IF NOT EXISTS pubsub_message_topic ON pubsub_message (topic, id)',
  `CREATE TABLE IF NOT EXISTS pubsub_topic (
    topic TEXT NOT NULL PRIMARY KEY,
    messages INTEGER NOT NULL
  ) WITHOUT ROWID`,
  `CREATE TABLE IF NOT EXISTS pubsub_group (
    topic TEXT NOT NULL,
    consumer TEXT NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (topic, consumer)
  ) WITHOUT ROWID`,
  `CREATE TABLE IF NOT EXISTS pubsub_delivery (
    topic TEXT NOT NULL,
    consumer TEXT NOT NULL,
    id INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    owner TEXT NOT NULL,
    due_ms INTEGER,
    PRIMARY KEY (topic, consumer, id)
  ) WITHOUT ROWID`,
  'CREATE INDEX IF NOT EXISTS pubsub_delivery_id ON pubsub_delivery (id)',
  // Counting a long topic at each publish would cost more than the publish.
  `CREATE TRIGGER IF NOT EXISTS pubsub_message_in AFTER INSERT ON pubsub_message BEGIN
    INSERT INTO pubsub_topic (topic, messages) VALUES (NEW.topic, 1)
    ON CONFLICT (topic) DO UPDATE SET messages = messages + 1;
  END`,
  `CREATE TRIGGER IF NOT EXISTS pubsub_message_out AFTER DELETE ON pubsub_message BEGIN
    UPDATE pubsub_topic SET messages = messages - 1 WHERE topic = OLD.topic;
  END`,
]

export function migrate(sql: Sql): void {
  for (const statement of SCHEMA) sql.run(statement)
}
