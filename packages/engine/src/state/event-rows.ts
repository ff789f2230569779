import type { StateDatabase } from './database.js'

/** How many events are kept. */
const KEPT = 10_000

/** Adds an event of a container that has a row; inside a transaction. */
export function recordEvent(
  db: StateDatabase,
  id: string,
  action: string,
  attributes: Readonly<Record<string, string>> = {},
  time = Date.now(),
): void {
  db.run(
    `INSERT INTO events (time, action, container, name, image, attributes)
     SELECT ?, ?, id, name, image, ? FROM containers WHERE id = ?`,
    time,
    action,
    JSON.stringify(attributes),
    id,
  )
  if (action === 'destroy')
    db.run('DELETE FROM events WHERE number <= (SELECT max(number) FROM events) - ?', KEPT)
}
