/** One system call as strace(1) wrote it. */
export interface TracedCall {
  readonly pid: number
  readonly name: string
  /** What stands between the parentheses, as strace writes it. */
  readonly args: string
  /** What stands behind the equals sign, like `3` or `-1 ENOENT (No such file or directory)`. */
  readonly result: string
}

/** Arguments that put a command under strace: every process and thread of it, written to `file`. */
export function strace(file: string, calls: readonly string[] = []): string[] {
  const filter = calls.length > 0 ? ['-e', `trace=${calls.join(',')}`] : []
  return ['strace', '-f', '-qq', '-a', '1', '-s', '80', ...filter, '-o', file, '--']
}

/**
 * The calls in the output of `strace -f -o FILE`, each at the place where it began. What other processes interrupted is
 * put together again; signals and ends are left out, and so is a call that never returned.
 */
export function parseStrace(log: string): TracedCall[] {
  const texts: { pid: number; text: string | undefined }[] = []
  const open = new Map<number, { text: string; place: number }>()
  for (const line of log.split('\n')) {
    const [, id = '', rest = ''] = /^(\d+)\s+(.*)$/.exec(line) ?? []
    if (id === '' || rest.startsWith('---') || rest.startsWith('+++')) continue
    const pid = Number(id)
    const begun = / <unfinished \.\.\.>$/.exec(rest)
    if (begun !== null) {
      open.set(pid, { text: rest.slice(0, begun.index), place: texts.length })
      texts.push({ pid, text: undefined })
      continue
    }
    const resumed = /^<\.\.\. \w+ resumed>/.exec(rest)
    if (resumed === null) {
      texts.push({ pid, text: rest })
      continue
    }
    const half = open.get(pid)
    if (half !== undefined) texts[half.place] = { pid, text: half.text + rest.slice(resumed[0].length) }
    open.delete(pid)
  }
  return texts.flatMap(({ pid, text = '' }) => {
    const [, name = '', args = '', result = ''] = /^(\w+)\((.*)\)\s+= (.*)$/.exec(text) ?? []
    return name === '' ? [] : [{ pid, name, args, result }]
  })
}
