import { validateProcess } from '@cofferdam/oci-spec'
import type { ExecOptions } from '../container/exec.js'
import type { Process } from '../spec/types.js'
import { type OptionRule, type ParsedArguments, usage } from './arguments.js'
import {
  attachTerminal,
  checkConsole,
  type CommandContext,
  exitCodeOf,
  extraFds,
  forwardSignals,
  handOverConsole,
  readJson,
  writePidFile,
} from './context.js'

/** Options of `exec`. */
export const execRules: Record<string, OptionRule> = {
  'console-socket': { kind: 'value' },
  cwd: { kind: 'value' },
  env: { kind: 'list', short: 'e' },
  tty: { kind: 'switch', short: 't' },
  user: { kind: 'value', short: 'u' },
  'additional-gids': { kind: 'list', short: 'g' },
  process: { kind: 'value', short: 'p' },
  detach: { kind: 'switch', short: 'd' },
  'pid-file': { kind: 'value' },
  'process-label': { kind: 'value' },
  apparmor: { kind: 'value' },
  'no-new-privs': { kind: 'switch' },
  cap: { kind: 'list', short: 'c' },
  'preserve-fds': { kind: 'value' },
}

/** `1000`, `1000:100`: nothing else is a user here (CVE-2026-30892). */
export function parseUser(text: string): { uid: number; gid?: number } {
  const match = /^(\d{1,10})(?::(\d{1,10}))?$/.exec(text)
  if (match === null) throw usage(`--user: not UID or UID:GID: ${text}`)
  return { uid: Number(match[1]), ...(match[2] === undefined ? {} : { gid: Number(match[2]) }) }
}

function parseGid(text: string): number {
  if (!/^\d{1,10}$/.test(text)) throw usage(`--additional-gids: not a GID: ${text}`)
  return Number(text)
}

/** The first process's user with what `--user` and `--additional-gids` say; undefined without them. */
function userOf({ values, lists }: ParsedArguments, first: Process['user']): Process['user'] {
  const text = values.get('user')
  const gids = (lists.get('additional-gids') ?? []).map(parseGid)
  if (text === undefined && gids.length === 0) return undefined
  return {
    ...first,
    ...(text === undefined ? {} : parseUser(text)),
    ...(gids.length === 0 ? {} : { additionalGids: [...(first?.additionalGids ?? []), ...gids] }),
  }
}

/** The first process's capabilities and those of `--cap`; undefined without them. */
function capabilitiesOf({ lists }: ParsedArguments, first: Process['capabilities']): Process['capabilities'] {
  const more = lists.get('cap')
  if (more === undefined) return undefined
  const add = (set: readonly string[] = []) => [...new Set([...set, ...more])]
  return {
    ...first,
    bounding: add(first?.bounding),
    effective: add(first?.effective),
    permitted: add(first?.permitted),
  }
}

/** The process an exec asks for: from a file, or from options on top of the container's first one. */
export function execRequest(
  parsed: ParsedArguments,
  first: Partial<Process> = {},
): { readonly args: readonly string[]; readonly options: ExecOptions } {
  const file = parsed.values.get('process')
  const detached = parsed.switches.has('detach')
  if (file !== undefined) {
    const process = readJson(file)
    validateProcess(process)
    const { args = [], scheduler: _s, ioPriority: _i, execCPUAffinity: _e, consoleSize, ...rest } = process
    const tty =
      consoleSize === undefined ? {} : { tty: { columns: consoleSize.width, rows: consoleSize.height } }
    return { args, options: { ...rest, ...tty, detached } }
  }
  const { values, lists } = parsed
  const user = userOf(parsed, first.user)
  const capabilities = capabilitiesOf(parsed, first.capabilities)
  const cwd = values.get('cwd')
  const label = values.get('process-label')
  const profile = values.get('apparmor')
  const more = lists.get('env') ?? []
  return {
    args: parsed.rest.slice(1),
    options: {
      detached,
      ...(more.length === 0 ? {} : { env: [...(first.env ?? []), ...more] }),
      ...(cwd === undefined ? {} : { cwd }),
      ...(user === undefined ? {} : { user }),
      ...(capabilities === undefined ? {} : { capabilities }),
      ...(label === undefined ? {} : { selinuxLabel: label }),
      ...(profile === undefined ? {} : { apparmorProfile: profile }),
      ...(parsed.switches.has('no-new-privs') ? { noNewPrivileges: true } : {}),
      ...(parsed.switches.has('tty') ? { terminal: true } : {}),
    },
  }
}

/** `exec [options] ID PROGRAM [ARGUMENT...]` */
export async function exec(context: CommandContext, parsed: ParsedArguments): Promise<number> {
  const [id] = parsed.rest
  if (id === undefined) throw usage('exec: "exec" requires a minimum of 1 argument')
  const container = context.runtime.open(id)
  const { args, options } = execRequest(parsed, container.spec.process)
  const socket = parsed.values.get('console-socket')
  const detached = options.detached === true
  checkConsole(socket, options.terminal === true, detached)
  const executed = await container.exec(args, {
    ...options,
    stdio: ['inherit', 'inherit', 'inherit'],
    extraFds: extraFds(parsed),
    ...(socket === undefined ? {} : { terminalAs: 'fd' }),
  })
  try {
    handOverConsole(socket, executed.process.fds.pty)
    writePidFile(parsed.values.get('pid-file'), executed.process.pid)
  } catch (error) {
    await executed.process.stop()
    throw error
  }
  if (detached) return 0
  forwardSignals((signal) => void executed.process.kill(signal))
  const detach = attachTerminal(executed.tty, (columns, rows) => executed.resize(columns, rows))
  const status = await executed.process.exited
  detach()
  return exitCodeOf(status)
}
