import { CofferdamError } from '@cofferdam/core'
import type { ExecutionConfig } from '@cofferdam/oci-spec'

const defaultPath = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/**
 * The argument vector of a container: the image's ENTRYPOINT and CMD with what the options replace (Docker's rules:
 * a new command replaces CMD, a new entry point drops CMD too; an empty entry point means none).
 * @throws CofferdamError `ERR_NO_COMMAND`
 */
export function containerArgv(
  config: ExecutionConfig,
  options: { readonly command?: readonly string[]; readonly entrypoint?: string | readonly string[] },
): string[] {
  const { entrypoint, command } = options
  const given = typeof entrypoint === 'string' ? (entrypoint === '' ? [] : [entrypoint]) : entrypoint
  const first = given ?? config.Entrypoint ?? []
  const rest = command ?? (given === undefined ? (config.Cmd ?? []) : [])
  const argv = [...first, ...rest]
  if (argv.length === 0 || argv[0] === '') {
    throw new CofferdamError('ERR_NO_COMMAND', 'the image names no command to run', {
      hint: 'give one after the image',
    })
  }
  for (const argument of argv) checkText(argument, 'argument')
  return argv
}

/** The environment of a container as `NAME=value`: PATH, the image's, then the options'; the last of a name counts. */
export function containerEnv(
  config: ExecutionConfig,
  options: {
    readonly env?: Readonly<Record<string, string>>
    readonly hostname: string
    readonly tty: boolean
  },
): string[] {
  const variables = new Map<string, string>()
  const add = (pair: string) => variables.set(pair.slice(0, Math.max(pair.indexOf('='), 0)) || pair, pair)
  add(defaultPath)
  add(`HOSTNAME=${options.hostname}`)
  if (options.tty) add('TERM=xterm')
  for (const pair of config.Env ?? []) add(pair)
  for (const [name, value] of Object.entries(options.env ?? {})) {
    if (name === '' || /[=\0]/.test(name)) {
      throw new CofferdamError('ERR_INVALID_ENV', `not the name of a variable: ${JSON.stringify(name)}`, {
        path: name,
      })
    }
    checkText(value, `variable ${name}`)
    add(`${name}=${value}`)
  }
  return [...variables.values()]
}

function checkText(text: string, what: string): void {
  if (typeof text === 'string' && !text.includes('\0')) return
  throw new CofferdamError('ERR_INVALID_ARGUMENT', `${what}: not a text without NUL: ${JSON.stringify(text)}`)
}
