import { type CommandOptions, type RunResult, runScript } from '@cofferdam/testing'

/** Runs `cofferdam-runtime` from its sources. What it leaves running must not hold its standard output. */
export function runtimeCommand(argv: readonly string[], options: CommandOptions = {}): Promise<RunResult> {
  const script = `
    import { main } from './packages/runtime/src/command/main.js'
    process.exit(await main(process.argv.slice(1)))`
  return runScript(script, { ...options, args: argv })
}
