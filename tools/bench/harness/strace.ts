const line = /^(\d+)\s+(.*)$/
const unfinished = / <unfinished \.\.\.>$/
const resumed = /^<\.\.\. \w+ resumed>\s*/

const executes = (call: string, program: string): boolean =>
  /^execve(at)?\(/.test(call) && call.includes(`"${program}"`) && call.endsWith(' = 0')

/**
 * The system calls of the last process that executed `program`, from its first to that execve, out of the output
 * of `strace -f`, each as strace writes it. What other processes interrupted is put together again.
 */
export function childCalls(log: string, program: string): string[] {
  const calls = new Map<string, string[]>()
  const open = new Map<string, string>()
  let last: string | undefined
  for (const text of log.split('\n')) {
    const [, pid = '', rest = ''] = line.exec(text) ?? []
    if (pid === '' || rest.startsWith('---') || rest.startsWith('+++')) continue
    if (unfinished.test(rest)) {
      open.set(pid, rest.replace(unfinished, ''))
      continue
    }
    const call = resumed.test(rest) ? (open.get(pid) ?? '') + rest.replace(resumed, '') : rest
    calls.set(pid, [...(calls.get(pid) ?? []), call])
    if (executes(call, program)) last = pid
  }
  const own = calls.get(last ?? '') ?? []
  const exec = own.findLastIndex((call) => executes(call, program))
  return own.slice(0, exec + 1).map((call) => call.replace(/0x[0-9a-f]{6,} \/\* (\d+ vars) \*\//, '/* $1 */'))
}
