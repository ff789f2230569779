const line = /^(\d+)\s+(.*)$/
const unfinished = / <unfinished \.\.\.>$/
const resumed = /^<\.\.\. \w+ resumed>\s*/

/**
 * The system calls of the process that exec'd last in the output of `strace -f`, from its first to its execve,
 * each as strace writes it. What other processes interrupted is put together again.
 */
export function childCalls(log: string): string[] {
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
    if (call.startsWith('execve(') || call.startsWith('execveat(')) last = pid
  }
  const own = calls.get(last ?? '') ?? []
  const exec = own.findLastIndex((call) => call.startsWith('execve'))
  return own.slice(0, exec + 1).map((call) => call.replace(/0x[0-9a-f]{6,} \/\* (\d+ vars) \*\//, '/* $1 */'))
}
