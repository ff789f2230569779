import { errorMessage } from '@cofferdam/core'
import { DEFAULT_ROOT, Runtime } from '../runtime.js'
import { type OptionRule, type ParsedArguments, parseArguments, usage } from './arguments.js'
import type { CommandContext } from './context.js'
import { exec, execRules } from './exec.js'
import { list, listRules, showFeatures, spec, specRules, state } from './inspect.js'
import {
  create,
  createRules,
  deleteRules,
  kill,
  killRules,
  remove,
  run,
  runRules,
  start,
} from './lifecycle.js'
import { log, type LogOptions } from './log.js'

interface Command {
  readonly rules: Record<string, OptionRule>
  readonly act: (context: CommandContext, parsed: ParsedArguments) => Promise<number>
}

const commands: Record<string, Command> = {
  create: { rules: createRules, act: create },
  run: { rules: runRules, act: run },
  start: { rules: {}, act: start },
  exec: { rules: execRules, act: exec },
  kill: { rules: killRules, act: kill },
  delete: { rules: deleteRules, act: remove },
  state: { rules: {}, act: state },
  list: { rules: listRules, act: list },
  spec: { rules: specRules, act: spec },
  features: { rules: {}, act: showFeatures },
}

const globalRules: Record<string, OptionRule> = {
  debug: { kind: 'switch' },
  log: { kind: 'value' },
  'log-format': { kind: 'value' },
  root: { kind: 'value' },
  'systemd-cgroup': { kind: 'switch' },
  rootless: { kind: 'value' },
  'cgroup-manager': { kind: 'value' },
  help: { kind: 'switch', short: 'h' },
  version: { kind: 'switch', short: 'v' },
}

const help = `usage: cofferdam-runtime [--root DIR] [--log FILE] [--log-format text|json] COMMAND ...

commands:
  create [--bundle DIR] [--console-socket PATH] [--pid-file PATH] [--preserve-fds N] ID
  run    [--detach] [--keep] and the options of create, ID
  start ID
  exec   [--tty] [--detach] [--user UID[:GID]] [--env NAME=VALUE] [--cwd DIR] [--process FILE] ... ID PROGRAM ...
  kill ID [SIGNAL]
  delete [--force] ID
  state ID
  list   [--format table|json] [--quiet]
  spec   [--bundle DIR] [--rootless]
  features
`

/** Runs one command line of `cofferdam-runtime` and returns its exit code; errors are told as runc tells them. */
export async function main(argv: readonly string[]): Promise<number> {
  let options: LogOptions = { format: 'text' }
  let name: string | undefined
  try {
    const global = parseArguments(argv, globalRules)
    const file = global.values.get('log')
    const format = global.values.get('log-format') === 'json' ? 'json' : 'text'
    options = { format, ...(file === undefined ? {} : { file }) }
    const print = (text: string) => void process.stdout.write(text)
    if (global.switches.has('version')) {
      print(`cofferdam-runtime version 0.1.0\nspec: 1.3.0\n`)
      return 0
    }
    name = global.rest[0]
    if (name === undefined || name === 'help' || global.switches.has('help')) {
      print(help)
      return 0
    }
    if (global.switches.has('systemd-cgroup'))
      throw usage('--systemd-cgroup: the systemd driver is not supported yet')
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined
    if (command === undefined) throw usage(`unknown command: ${name}`)
    const runtime = new Runtime({
      root: global.values.get('root') ?? DEFAULT_ROOT,
      cgroups: global.values.get('cgroup-manager') === 'disabled' ? 'disabled' : 'cgroupfs',
    })
    return await command.act(
      { runtime, log: options, print },
      parseArguments(global.rest.slice(1), command.rules),
    )
  } catch (error) {
    const words = errorMessage(error).replaceAll('\n', ' ')
    log('error', name === 'exec' ? `exec failed: ${words}` : words, options)
    return name === 'exec' ? 255 : 1
  }
}
