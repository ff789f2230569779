import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { defaultSpec } from '../spec/default.js'
import { idOf, type OptionRule, type ParsedArguments, usage } from './arguments.js'
import type { CommandContext } from './context.js'
import { features } from './features.js'

const pretty = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`

/** `state ID` */
export async function state(context: CommandContext, parsed: ParsedArguments): Promise<number> {
  context.print(pretty(await context.runtime.open(idOf('state', parsed.rest)).state()))
  return 0
}

/** Options of `list`. */
export const listRules: Record<string, OptionRule> = {
  format: { kind: 'value', short: 'f' },
  quiet: { kind: 'switch', short: 'q' },
}

/** `list [--format table|json] [--quiet]` */
export async function list(context: CommandContext, parsed: ParsedArguments): Promise<number> {
  const states = await context.runtime.list()
  const format = parsed.values.get('format') ?? 'table'
  if (parsed.switches.has('quiet')) for (const { id } of states) context.print(`${id}\n`)
  else if (format === 'json') context.print(`${JSON.stringify(states)}\n`)
  else if (format === 'table') {
    const rows = states.map(({ id, pid, status, bundle, created }) => [
      id,
      String(pid),
      status,
      bundle,
      created,
    ])
    const table = [['ID', 'PID', 'STATUS', 'BUNDLE', 'CREATED'], ...rows]
    const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => (row[column] ?? '').length)))
    for (const row of table) {
      context.print(
        `${row
          .map((text, column) => text.padEnd(widths[column] ?? 0))
          .join('   ')
          .trimEnd()}\n`,
      )
    }
  } else throw usage('invalid format option')
  return 0
}

/** `features` */
export async function showFeatures(context: CommandContext): Promise<number> {
  context.print(pretty(features()))
  return 0
}

/** Options of `spec`. */
export const specRules: Record<string, OptionRule> = {
  bundle: { kind: 'value', short: 'b' },
  rootless: { kind: 'switch' },
}

/** `spec [--bundle DIR] [--rootless]`: writes config.json to start from. */
export async function spec(_context: CommandContext, parsed: ParsedArguments): Promise<number> {
  const path = join(parsed.values.get('bundle') ?? '.', 'config.json')
  if (existsSync(path)) throw usage(`File ${path} exists. Remove it first`)
  const rootless = parsed.switches.has('rootless')
    ? { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }
    : undefined
  const made = defaultSpec({
    terminal: true,
    readonly: true,
    ...(rootless === undefined ? {} : { rootless }),
  })
  writeFileSync(path, pretty(made), { mode: 0o666, flag: 'wx' })
  return 0
}
