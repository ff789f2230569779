import type { Command } from 'commander'
import type { ContainerSummary, PublishedPort } from '@cofferdam/engine'
import { print, withEngine } from '../context.js'
import { collectFilter, type Filters, passes } from '../grammar/filters.js'
import { ago, span } from '../output/ago.js'
import { table } from '../output/table.js'

interface PsFlags {
  all?: boolean
  latest?: boolean
  quiet?: boolean
  filter?: Filters
  trunc: boolean
}

/** `cofferdam ps`. */
export function psCommand(program: Command): void {
  program
    .command('ps')
    .description('list containers')
    .option('-a, --all', 'also those that have exited')
    .option('-l, --latest', 'only the newest, also when it has exited')
    .option('-q, --quiet', 'only print ids')
    .option('-f, --filter <key=value>', 'those with this id, name, status, ancestor or label', collectFilter)
    .option('--no-trunc', 'print whole ids and commands')
    .action(async (options: PsFlags, command: Command) => {
      await withEngine(command, async (engine, { json }) => {
        const { filter = new Map() } = options
        const all = options.all ?? options.latest ?? filter.has('status')
        const passed = engine.list({ all }).filter((container) => passes(filter, container))
        const list = options.latest ? passed.slice(0, 1) : passed
        const id = (container: ContainerSummary) => (options.trunc ? container.id.slice(0, 12) : container.id)
        if (json) return print(JSON.stringify(list))
        if (options.quiet) return list.forEach((container) => print(id(container)))
        const rows = list.map((container) => [
          id(container),
          container.image,
          cut(container.command.join(' '), options.trunc),
          ago(container.created),
          statusText(container),
          container.ports.map(portText).join(', '),
          container.name,
        ])
        print(table(['CONTAINER ID', 'IMAGE', 'COMMAND', 'CREATED', 'STATUS', 'PORTS', 'NAMES'], rows))
      })
    })
}

/** Docker's status column. */
export function statusText(container: ContainerSummary, now = Date.now()): string {
  if (container.status === 'created') return 'Created'
  if (container.status === 'running')
    return `Up ${span(now - (container.started ?? container.created).getTime())}`
  const how = container.exitCode ?? container.signal ?? 'lost'
  return `Exited (${how}${container.oomKilled ? ', out of memory' : ''})${container.finished ? ` ${ago(container.finished, now)}` : ''}`
}

function portText(port: PublishedPort): string {
  return `${port.hostIp.includes(':') ? `[${port.hostIp}]` : port.hostIp}:${port.host}->${port.container}/${port.protocol}`
}

function cut(text: string, short: boolean): string {
  return short && text.length > 30 ? `"${text.slice(0, 29)}…"` : `"${text}"`
}
