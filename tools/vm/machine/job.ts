/** Where the checkout is in the machine. */
export const guestRoot = '/srv/cofferdam'

/** What runs in the machine. */
export interface Job {
  readonly argv: readonly string[]
  /** As the user `tester` (1000) instead of root. */
  readonly user?: boolean
  readonly env?: Readonly<Record<string, string>>
}

/** A word that bash reads as `text`. */
export const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/**
 * The job as text for bash: a transient systemd service with a delegated control group, like
 * `systemd-run --pipe --wait --property=Delegate=yes --uid=tester CMD`. What it leaves in its group is killed.
 */
export function jobScript({ argv, user = false, env = {} }: Job): string {
  const home = user ? '/home/tester' : '/root'
  const path = `${guestRoot}/node_modules/.bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`
  const variables = { PATH: path, HOME: home, LANG: 'C.UTF-8', ...env }
  const properties = [
    'Delegate=yes',
    'KillSignal=SIGKILL',
    'TasksMax=infinity',
    `WorkingDirectory=${guestRoot}`,
  ]
  if (user) properties.push('RuntimeDirectory=user/1000', 'RuntimeDirectoryMode=0700')
  const flags = [
    ...['--quiet', '--pipe', '--wait', '--collect', '--unit=job'],
    ...(user ? ['--uid=tester', '--gid=tester'] : []),
    ...properties.map((property) => `--property=${property}`),
    ...Object.entries({ ...variables, ...(user ? { XDG_RUNTIME_DIR: '/run/user/1000' } : {}) }).map(
      ([name, value]) => `--setenv=${name}=${value}`,
    ),
  ]
  return `exec systemd-run ${[...flags, '--', '/usr/bin/env', '--', ...argv].map(quote).join(' ')}\n`
}
