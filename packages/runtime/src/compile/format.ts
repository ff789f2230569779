import { createHash } from 'node:crypto'
import type { LaunchPlan } from '@cofferdam/process'

function text(value: unknown): string {
  if (typeof value === 'bigint') return `0x${value.toString(16)}`
  if (typeof value === 'number') return String(value)
  if (value instanceof Uint8Array) {
    return `<${value.length} bytes, sha256 ${createHash('sha256').update(value).digest('hex').slice(0, 12)}>`
  }
  if (Array.isArray(value)) return `[${value.map(text).join(' ')}]`
  if (typeof value === 'object' && value !== null) return `{${fields(value)}}`
  return typeof value === 'string' && /^[\w/.,:=+@-]+$/.test(value)
    ? value
    : (JSON.stringify(value) ?? 'undefined')
}

function fields(value: object): string {
  return Object.entries(value)
    .filter(([, part]) => part !== undefined)
    .map(([name, part]) => (part === true ? name : `${name}=${text(part)}`))
    .join(' ')
}

/** A plan as lines of text, one per op: to read, to compare, to log. Bytes are shown by length and digest. */
export function formatPlan(plan: LaunchPlan): string {
  return [
    `clone ${fields(plan.clone ?? {})}`.trimEnd(),
    ...plan.ops.map(({ op, ...rest }) => `${op} ${fields(rest)}`.trimEnd()),
    `exec ${fields(plan.exec)}`,
    ...(plan.detached === true ? ['detached'] : []),
    '',
  ].join('\n')
}
