import { CofferdamError } from '@cofferdam/core'

/** An option: a switch, a value, or a value that may be given several times. */
export interface OptionRule {
  readonly kind: 'switch' | 'value' | 'list'
  /** One letter, without the dash. */
  readonly short?: string
}

/** What a command line says. */
export interface ParsedArguments {
  readonly switches: ReadonlySet<string>
  readonly values: ReadonlyMap<string, string>
  readonly lists: ReadonlyMap<string, readonly string[]>
  /** What follows the options. */
  readonly rest: readonly string[]
}

/** The value of an option that must have one. */
export function usage(message: string): CofferdamError {
  return new CofferdamError('ERR_USAGE', message)
}

/**
 * Reads options up to the first argument that is none, in runc's grammar: `--name value`, `--name=value`, `-n value`,
 * `--switch`, `--switch=false`, and one dash as good as two. `--` ends the options.
 * @throws CofferdamError `ERR_USAGE`
 */
export function parseArguments(
  argv: readonly string[],
  rules: Readonly<Record<string, OptionRule>>,
): ParsedArguments {
  const switches = new Set<string>()
  const values = new Map<string, string>()
  const lists = new Map<string, string[]>()
  let at = 0
  for (; at < argv.length; at++) {
    const argument = argv[at] as string
    if (argument === '--') {
      at++
      break
    }
    if (!argument.startsWith('-') || argument === '-') break
    const [, given = '', inline] = /^--?([^=]*)(?:=(.*))?$/s.exec(argument) ?? []
    const name = Object.hasOwn(rules, given)
      ? given
      : Object.keys(rules).find((long) => rules[long]?.short === given)
    if (name === undefined) throw usage(`flag provided but not defined: -${given}`)
    const { kind } = rules[name] as OptionRule
    if (kind === 'switch') {
      if (inline === 'false') switches.delete(name)
      else switches.add(name)
      continue
    }
    const value = inline ?? argv[++at]
    if (value === undefined) throw usage(`flag needs an argument: -${given}`)
    if (kind === 'value') values.set(name, value)
    else lists.set(name, [...(lists.get(name) ?? []), value])
  }
  return { switches, values, lists, rest: argv.slice(at) }
}

/** The only argument of a command that takes a container's id. */
export function idOf(command: string, rest: readonly string[], maximum = 1): string {
  const [id] = rest
  if (id === undefined || id === '') throw usage(`${command}: "${command}" requires a minimum of 1 argument`)
  if (rest.length > maximum)
    throw usage(`${command}: "${command}" requires a maximum of ${maximum} argument(s)`)
  return id
}
