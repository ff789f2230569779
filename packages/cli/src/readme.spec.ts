import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createProgram } from './program.js'

test('the README lists every command with the words of its help', () => {
  const readme = readFileSync(join(__dirname, '../README.md'), 'utf8')
  const rows = [...readme.matchAll(/^\| `(\w+)` +\| (.*?) +\|/gm)].map(([, name, text]) => [name, text])
  const commands = createProgram().commands.map((command) => [command.name(), command.description()])
  expect(rows).toEqual(commands)
})
