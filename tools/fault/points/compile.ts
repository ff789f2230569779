import { execFileSync } from 'node:child_process'
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { type AwaitPoint, instrument } from './instrument.ts'

/** The repository. */
export const root = resolve(import.meta.dirname, '../../..')

/** Packages whose awaits are points: what pulls, starts, executes, stops and deletes. */
export const lifeCycle: readonly string[] = [
  ...['engine', 'runtime', 'supervisor', 'process', 'network', 'netlink', 'rootfs', 'volumes', 'image'],
  ...['registry', 'cgroups', 'logs', 'sys', 'core'],
]

/**
 * Compiles every source that a child may load into a directory, for child/hooks.mjs, those of the life cycle with
 * probes, and returns all points. What is published is made elsewhere, from the sources, and has none.
 */
export function compileWithProbes(directory: string): AwaitPoint[] {
  const sources = globSync(['packages/*/src/**/*.ts', 'tools/{testing,fault}/**/*.ts'], {
    cwd: root,
    exclude: (name) => name === 'dist' || name === 'node_modules' || name.endsWith('.spec.ts'),
  })
  return sources.flatMap((file) => {
    const source = readFileSync(join(root, file), 'utf8')
    const name = /^packages\/([^/]+)\/src\/(.+)$/.exec(file)
    const probed = name !== null && lifeCycle.includes(name[1] as string)
    const { text, points } = probed
      ? instrument(`${name[1]}/${name[2]}`, source)
      : { text: source, points: [] }
    const path = join(directory, `${file}.mjs`)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, stripTypeScriptTypes(text, { mode: 'transform' }))
    return points
  })
}

/** Compiles the tracer of system calls; returns the path. */
export function buildTracer(path: string): string {
  execFileSync('gcc', [
    '-O2',
    '-Wall',
    '-Wextra',
    '-Werror',
    '-o',
    path,
    join(root, 'tools/fault/native/trace.c'),
  ])
  return path
}
