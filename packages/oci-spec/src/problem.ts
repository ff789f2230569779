import { CofferdamError } from '@cofferdam/core'
import { formatPath, type Key, pointerKeys, valueAt } from './path.js'

/** One thing wrong with a document. */
export interface Problem {
  readonly keys: readonly Key[]
  /** What is wrong, after the place: `"nope" is not one of mount, pid`. */
  readonly message: string
}

/** What the generated validators leave in their `errors`. */
interface Fault {
  readonly instancePath: string
  readonly keyword: string
  readonly params: Readonly<Record<string, unknown>>
  readonly propertyName?: string
}

/** A generated validator. */
export interface Validator {
  (value: unknown): boolean
  errors?: readonly Fault[] | null
}

const names: Record<string, string> = {
  integer: 'an integer',
  number: 'a number',
  string: 'a string',
  boolean: 'true or false',
  array: 'an array',
  object: 'an object',
  null: 'null',
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 59)}…` : text
}

function describe(fault: Fault, value: unknown): string {
  const { params } = fault
  switch (fault.keyword) {
    case 'required':
      return `${JSON.stringify(params.missingProperty)} is missing`
    case 'type': {
      const types = [params.type].flat() as string[]
      return `${show(value)} is not ${types.map((type) => names[type] ?? type).join(' or ')}`
    }
    case 'enum':
      return `${show(value)} is not one of ${(params.allowedValues as unknown[]).join(', ')}`
    case 'format':
      return `${show(fault.propertyName ?? value)} is not ${params.format as string}`
    case 'minimum':
      return `${show(value)} is below ${params.limit as number}`
    case 'maximum':
      return `${show(value)} is above ${params.limit as number}`
    case 'minItems':
      return `must have at least ${params.limit as number} item`
    default:
      return `breaks the rule ${fault.keyword}`
  }
}

/** Follow-ups of a fault that is reported itself, and the null half of an optional value. */
const followUps = new Set(['anyOf', 'propertyNames'])

/** The faults that `validator` finds in `value`, in words; none where it is valid. */
export function findProblems(validator: Validator, value: unknown): Problem[] {
  if (validator(value)) return []
  const faults = (validator.errors ?? []).filter((fault) => !followUps.has(fault.keyword))
  const nullOnly = (fault: Fault) => fault.keyword === 'type' && fault.params.type === 'null'
  const real = faults.filter((fault) => !nullOnly(fault))
  return (real.length > 0 ? real : faults).map((fault) => {
    const keys = pointerKeys(fault.instancePath, value)
    return { keys, message: describe(fault, valueAt(value, keys)) }
  })
}

const shown = 8

/** Throws an error with `code` that lists the problems, if there are any; its `path` is the first one's place. */
function refuse(code: string, name: string, problems: readonly Problem[]): void {
  if (problems.length === 0) return
  const lines = problems.slice(0, shown).map(({ keys, message }) => {
    const path = formatPath(keys)
    return `at ${path === '' ? 'the top' : path}: ${message}`
  })
  if (problems.length > shown) lines.push(`and ${problems.length - shown} more`)
  throw new CofferdamError(code, `${name} is not valid: ${lines.join('; ')}`, {
    path: formatPath(problems[0]!.keys),
  })
}

/**
 * A check of documents whose errors have `code`: what the generated validator finds, then what `rules` find in a document
 * of the right shape.
 */
export function checker(code: string) {
  return <T extends object>(
    name: string,
    validator: unknown,
    value: unknown,
    rules: (value: T) => Problem[] = () => [],
  ): void => {
    refuse(code, name, findProblems(validator as Validator, value))
    refuse(code, name, rules(value as T))
  }
}
