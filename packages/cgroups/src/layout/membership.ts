/** One line of /proc/PID/cgroup (cgroups(7)). */
export interface Membership {
  /** Controllers or `name=...` of a v1 hierarchy; empty for v2. */
  readonly controllers: readonly string[]
  readonly path: string
}

/** The lines of a /proc/PID/cgroup text. A path below another cgroup namespace's root starts with `/..`. */
export function parseMembership(text: string): Membership[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [, controllers = '', ...path] = line.split(':')
      return { controllers: controllers === '' ? [] : controllers.split(','), path: path.join(':') }
    })
}
