import { readFileSync } from 'node:fs'
import { Command, CommanderError, InvalidArgumentError } from 'commander'
import { doctorCommand } from './commands/doctor.js'
import { eventsCommand } from './commands/events.js'
import { execCommand } from './commands/exec.js'
import { imagesCommand } from './commands/images.js'
import {
  attachCommand,
  inspectCommand,
  killCommand,
  renameCommand,
  restartCommand,
  startCommand,
  waitCommand,
} from './commands/lifecycle.js'
import { logsCommand } from './commands/logs.js'
import { pruneCommand } from './commands/prune.js'
import { psCommand } from './commands/ps.js'
import { pullCommand } from './commands/pull.js'
import { rmCommand } from './commands/rm.js'
import { rmiCommand } from './commands/rmi.js'
import { runRunCommand } from './commands/run.js'
import { stopCommand } from './commands/stop.js'
import { systemCommand } from './commands/system.js'
import { fail } from './context.js'
import { exitStatus, runStatus } from './output/errors.js'

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string
}

/** The command line of `cofferdam`: Docker's grammar. */
export function createProgram(): Command {
  const program = new Command('cofferdam')
    .description('Containers without a daemon')
    .version(version)
    .option('--root <dir>', 'keep images, containers and state here (or COFFERDAM_ROOT)')
    .option('--json', 'write results and errors as JSON')
    .enablePositionalOptions()
    .exitOverride()
    .showSuggestionAfterError()
  for (const add of [
    runRunCommand,
    execCommand,
    psCommand,
    logsCommand,
    attachCommand,
    waitCommand,
    startCommand,
    stopCommand,
    restartCommand,
    killCommand,
    renameCommand,
    inspectCommand,
    eventsCommand,
    rmCommand,
    pullCommand,
    imagesCommand,
    rmiCommand,
    pruneCommand,
    doctorCommand,
    systemCommand,
  ]) {
    add(program)
  }
  for (const command of program.commands) command.option('--json', 'write results and errors as JSON')
  return program
}

/** Runs a command line and gives its exit status; errors are written to standard error. */
export async function runCommand(argv: readonly string[]): Promise<number> {
  const program = createProgram()
  process.exitCode = 0
  try {
    await program.parseAsync([...argv])
    return Number(process.exitCode ?? 0)
  } catch (error) {
    // The parser has said what is wrong; an InvalidArgumentError that comes as such is a command's own.
    if (error instanceof CommanderError && !(error instanceof InvalidArgumentError))
      return error.exitCode === 0 ? 0 : exitStatus.engine
    const verb = program.args[0]
    const called = program.commands.find((command) => command.name() === verb) ?? program
    fail(called, error)
    return verb === 'run' || verb === 'exec' ? runStatus(error) : exitStatus.failure
  }
}
