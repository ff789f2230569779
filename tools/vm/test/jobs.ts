/** Tests that run in one machine of their own. */
export interface TestJob {
  readonly name: string
  /** As the user `tester` instead of root. */
  readonly user: boolean
  /** What jest takes: parts of the paths of test files. */
  readonly paths: readonly string[]
}

const folders = (...names: string[]): string[] => names.map((name) => `packages/${name}/`)

/** All tests, in parts that take about as long as each other; two of them run at a time. */
const parts: readonly TestJob[] = [
  { name: 'engine', user: false, paths: folders('engine') },
  {
    name: 'root',
    user: false,
    paths: folders('sys', 'process', 'cgroups', 'rootfs', 'runtime', 'netlink', 'network', 'supervisor'),
  },
  { name: 'user', user: true, paths: folders('sys', 'process', 'runtime') },
]

/**
 * Jobs of a command line like `root packages/cgroups/`: of all tests as root or as a user, or of those that
 * are named, as both unless one is said.
 */
export function testJobs(argv: readonly string[]): TestJob[] {
  const only = argv[0] === 'root' || argv[0] === 'user' ? argv[0] : undefined
  const paths = only === undefined ? argv : argv.slice(1)
  const users = only === undefined ? [false, true] : [only === 'user']
  if (paths.length === 0) return parts.filter(({ user }) => users.includes(user))
  return users.map((user) => ({ name: user ? 'user' : 'root', user, paths }))
}
