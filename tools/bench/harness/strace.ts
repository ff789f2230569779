import { parseStrace, type TracedCall } from '@cofferdam/testing'

const executes = ({ name, args, result }: TracedCall, program: string): boolean =>
  /^execve(at)?$/.test(name) && args.includes(`"${program}"`) && result === '0'

/**
 * The system calls of the last process that executed `program`, from its first to that execve, out of the output
 * of `strace -f`, each as strace writes it.
 */
export function childCalls(log: string, program: string): string[] {
  const calls = parseStrace(log)
  const pid = calls.findLast((call) => executes(call, program))?.pid
  const own = calls.filter((call) => call.pid === pid)
  const exec = own.findLastIndex((call) => executes(call, program))
  return own
    .slice(0, exec + 1)
    .map(({ name, args, result }) => `${name}(${args}) = ${result}`)
    .map((call) => call.replace(/0x[0-9a-f]{6,} \/\* (\d+ vars) \*\//, '/* $1 */'))
}
