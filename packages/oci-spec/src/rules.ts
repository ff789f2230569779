import type { Linux, Process, Spec } from './generated/runtime.js'
import type { Problem } from './problem.js'

function repeated(values: readonly string[] | undefined, key: string): Problem[] {
  return (values ?? []).flatMap((value, index) =>
    values!.indexOf(value) < index
      ? [{ keys: [index, key], message: `${JSON.stringify(value)} appears twice` }]
      : [],
  )
}

const below = (prefix: readonly string[], problems: readonly Problem[]): Problem[] =>
  problems.map(({ keys, message }) => ({ keys: [...prefix, ...keys], message }))

/** What config.md says of a process beyond the schema: each limit once, soft not above hard. */
export function processProblems(process: Process): Problem[] {
  const rlimits = process.rlimits ?? []
  const inverted = rlimits.flatMap(({ soft, hard }, index) =>
    soft > hard
      ? [{ keys: [index, 'soft'], message: `${soft} is above the hard limit ${hard}` } satisfies Problem]
      : [],
  )
  return below(
    ['rlimits'],
    [
      ...repeated(
        rlimits.map(({ type }) => type),
        'type',
      ),
      ...inverted,
    ],
  )
}

function linuxProblems(linux: Linux): Problem[] {
  const namespaces = below(
    ['namespaces'],
    repeated(
      linux.namespaces?.map(({ type }) => type),
      'type',
    ),
  )
  const devices = (linux.devices ?? []).flatMap((device, index) =>
    device.type !== 'p' && (device.major === undefined || device.minor === undefined)
      ? [{ keys: ['devices', index], message: `${device.path} needs "major" and "minor"` } satisfies Problem]
      : [],
  )
  return [...namespaces, ...devices]
}

/** What config.md and config-linux.md say beyond the schema. */
export function specProblems(spec: Spec): Problem[] {
  return [
    ...below(['process'], spec.process === undefined ? [] : processProblems(spec.process)),
    ...below(['linux'], spec.linux === undefined ? [] : linuxProblems(spec.linux)),
  ]
}

/** Refuses a document that is a manifest and an index at once (CVE-2021-41190). */
export function ambiguityProblems(value: object, foreign: readonly string[], kind: string): Problem[] {
  const found = foreign.find((key) => Object.hasOwn(value, key))
  return found === undefined
    ? []
    : [{ keys: [], message: `${kind} must not have ${JSON.stringify(found)}, it would have two meanings` }]
}
