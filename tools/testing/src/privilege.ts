import { missing, type Needs, requires } from './needs.ts'
import { runCommand, runScript, type CommandOptions, type RunResult, type ScriptOptions } from './script.ts'

/** The ordinary user that tests run as beside root: COFFERDAM_TEST_UID, else 1000. */
export const testUser = Number(process.env.COFFERDAM_TEST_UID ?? 1000)

/** One of the two privileges tests are run with. */
export interface Privilege {
  readonly name: 'root' | 'user'
  readonly uid: number
  /** {@link runScript} with this privilege. */
  script(code: string, options?: ScriptOptions): Promise<RunResult>
  /** {@link runCommand} with this privilege. */
  command(argv: readonly string[], options?: CommandOptions): Promise<RunResult>
  /** Why this process cannot take the privilege, or undefined. */
  readonly reason: string | undefined
}

function privilege(name: 'root' | 'user', uid: number, reason: string | undefined): Privilege {
  return {
    name,
    uid,
    reason,
    script: (code, options) => runScript(code, { ...options, user: uid }),
    command: (argv, options) => runCommand(argv, { ...options, user: uid }),
  }
}

/** Root's privilege. */
export const asRoot: Privilege = privilege('root', 0, missing({ root: true }))

const ownUid = process.getuid?.() ?? -1
/** An ordinary user's privilege: this process's own user when that is not root, else {@link testUser} by setpriv(1). */
export const asUser: Privilege =
  ownUid === 0
    ? privilege('user', testUser, missing({ commands: ['setpriv'] }))
    : privilege('user', ownUid, missing({}))

/**
 * Declares the same tests for root and for an ordinary user, in a `describe` each; skipped with the reason where
 * this process cannot take the privilege or the machine does not meet `needs`.
 */
export function forEachPrivilege(body: (privilege: Privilege) => void, needs: Needs = {}): void {
  for (const one of [asRoot, asUser])
    requires({ ...needs, unless: one.reason ?? needs.unless }).describe(`as ${one.name}`, () => body(one))
}
