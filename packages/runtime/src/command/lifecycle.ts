import { resolve } from 'node:path'
import { CofferdamError, isErrno } from '@cofferdam/core'
import { removeDefaultCgroup } from '../container/cgroup.js'
import type { Container } from '../container/container.js'
import { readBundle } from '../container/source.js'
import { idOf, type OptionRule, type ParsedArguments } from './arguments.js'
import {
  attachTerminal,
  checkConsole,
  type CommandContext,
  exitCodeOf,
  extraFds,
  forwardSignals,
  handOverConsole,
  parseSignal,
  writePidFile,
} from './context.js'
import { log } from './log.js'

/** Options of `create`. */
export const createRules: Record<string, OptionRule> = {
  bundle: { kind: 'value', short: 'b' },
  'console-socket': { kind: 'value' },
  'pid-file': { kind: 'value' },
  'no-pivot': { kind: 'switch' },
  'no-new-keyring': { kind: 'switch' },
  'preserve-fds': { kind: 'value' },
}

/** Options of `run`. */
export const runRules: Record<string, OptionRule> = {
  ...createRules,
  detach: { kind: 'switch', short: 'd' },
  keep: { kind: 'switch' },
  'no-subreaper': { kind: 'switch' },
}

async function make(
  context: CommandContext,
  parsed: ParsedArguments,
  how: 'create' | 'run',
  detached: boolean,
): Promise<Container> {
  const id = idOf(how, parsed.rest)
  const socket = parsed.values.get('console-socket')
  const bundle = resolve(parsed.values.get('bundle') ?? '.')
  checkConsole(socket, readBundle(bundle).spec.process?.terminal === true, detached)
  const container = await context.runtime[how](id, {
    bundle,
    stdio: ['inherit', 'inherit', 'inherit'],
    extraFds: extraFds(parsed),
    detached,
    terminal: socket === undefined ? 'stream' : 'fd',
  })
  for (const warning of container.warnings) log('warning', warning, context.log)
  try {
    handOverConsole(socket, container.ptyFd)
    writePidFile(parsed.values.get('pid-file'), container.pid)
  } catch (error) {
    await container.delete({ force: true })
    throw error
  }
  return container
}

/** `create [options] ID` */
export async function create(context: CommandContext, parsed: ParsedArguments): Promise<number> {
  await make(context, parsed, 'create', true)
  return 0
}

/** `run [options] ID` */
export async function run(context: CommandContext, parsed: ParsedArguments): Promise<number> {
  const detached = parsed.switches.has('detach')
  const container = await make(context, parsed, 'run', detached)
  if (detached) return 0
  forwardSignals((signal) => void container.kill(signal).catch(() => {}))
  const detach = attachTerminal(container.tty, (columns, rows) => container.resize(columns, rows))
  const status = await container.exited
  detach()
  if (!parsed.switches.has('keep')) await container.delete()
  return exitCodeOf(status)
}

/** `start ID` */
export async function start(context: CommandContext, parsed: ParsedArguments): Promise<number> {
  await context.runtime.open(idOf('start', parsed.rest)).start()
  return 0
}

/** Options of `kill`. */
export const killRules: Record<string, OptionRule> = { all: { kind: 'switch', short: 'a' } }

/** `kill ID [SIGNAL]` */
export async function kill(context: CommandContext, parsed: ParsedArguments): Promise<number> {
  const id = idOf('kill', parsed.rest, 2)
  const signal = parseSignal(parsed.rest[1] ?? 'SIGTERM')
  try {
    await context.runtime.open(id).kill(signal)
  } catch (error) {
    if (!(parsed.switches.has('all') && isErrno(error, 'ERR_CONTAINER_STATUS'))) throw error
  }
  return 0
}

/** Options of `delete`. */
export const deleteRules: Record<string, OptionRule> = { force: { kind: 'switch', short: 'f' } }

/** `delete [--force] ID` */
export async function remove(context: CommandContext, parsed: ParsedArguments): Promise<number> {
  const id = idOf('delete', parsed.rest)
  const force = parsed.switches.has('force')
  try {
    await context.runtime.open(id).delete({ force })
  } catch (error) {
    if (!(force && isErrno(error, 'ERR_CONTAINER_NOT_FOUND'))) throw error
    await forget(context, id)
  }
  return 0
}

/** Gives an id back that a process reserved which died before its container was made. */
async function forget({ runtime }: CommandContext, id: string): Promise<void> {
  if (!runtime.ids().includes(id)) return
  if (runtime.isBeingMade(id)) {
    throw new CofferdamError('ERR_CONTAINER_STATUS', `cannot delete container ${id} that is being made`, {
      path: id,
      hint: 'wait for the process that makes it, or end that process',
    })
  }
  runtime.forget(id)
  await removeDefaultCgroup(id)
}
