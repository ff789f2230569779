import { text } from 'node:stream/consumers'
import { detachKeys } from './detach-keys.js'

it.each([
  [['plain'], 'plain', 0],
  [['a\x10', '\x11b'], 'a', 1],
  [['a\x10b\x10\x10c\x10'], 'a\x10b\x10\x10c\x10', 0],
  [['\x11\x10\x10\x11after'], '\x11\x10', 1],
])('of %j passes on %j', async (chunks, expected, times) => {
  let left = 0
  const keys = detachKeys(() => left++)
  const passed = text(keys)
  for (const chunk of chunks) keys.write(chunk)
  keys.end()
  expect([await passed, left]).toEqual([expected, times])
})
