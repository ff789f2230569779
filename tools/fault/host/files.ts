import { existsSync, readlinkSync } from 'node:fs'
import { boot, entries, type State } from './state.ts'

/**
 * What lies below a root, and in the directory for temporary files, without being named by the state: parts of
 * snapshots, logs, generated files, runtime state, leases, pulls, layers under way, and whatever else is not known. With
 * `pulling` the beginnings of blobs may be there, from which the next pull goes on.
 */
export function strayFiles(root: string, temporary: string, state: State, pulling = false): string[] {
  const all = new Set(state.rows.map(({ id }) => id))
  const running = new Set(state.rows.filter(({ status }) => status === 'running').map(({ id }) => id))
  const run = `run/${boot}`
  const nothing = () => false
  const rules: Readonly<Record<string, (name: string) => boolean>> = {
    '': (name) => name === 'store' || name === 'run',
    store: (name) => /^(state\.db(-wal|-shm)?|images|snapshots|containers)$/.test(name),
    'store/snapshots': (name) => all.has(name),
    'store/containers': (name) => all.has(name),
    'store/images': (name) => /^(oci-layout|index\.json|blobs|layers|\.ingest|\.lock)$/.test(name),
    'store/images/.ingest': (name) => pulling && /^sha256-[0-9a-f]{64}$/.test(name),
    'store/images/layers': (name) => /^([0-9a-f]{64}|tmp|by-blob|chains)$/.test(name),
    'store/images/layers/tmp': nothing,
    'store/images/blobs': (name) => name === 'sha256',
    'store/images/blobs/sha256': (name) => /^[0-9a-f]{64}$/.test(name),
    run: (name) => name === boot,
    [run]: (name) => /^(containers|runtime|network|pulls|reconcile\.lock)$/.test(name),
    [`${run}/containers`]: (name) => running.has(name),
    [`${run}/runtime`]: (name) => running.has(name),
    [`${run}/pulls`]: nothing,
    [`${run}/network`]: (name) => name === 'networks' || name === 'networks.lock',
    [`${run}/network/networks`]: (name) => name === 'default',
    [`${run}/network/networks/default`]: (name) => /^(leases(\.next)?|network\.json)$/.test(name),
  }
  const stray = Object.entries(rules).flatMap(([folder, allowed]) =>
    entries(`${root}/${folder}`)
      .filter((name) => !allowed(name))
      .map((name) => `file ${folder}/${name}`),
  )
  return [
    ...stray,
    ...strayLeases(`${root}/${run}/network/networks/default/leases`, state, running),
    ...state.ports.filter((id) => !running.has(id)).map((id) => `row of a port of container ${id}`),
    ...entries(temporary).map((name) => `temporary file ${name}`),
  ]
}

/** What a container has as long as it has a row, and where it is not there as a whole. */
export function missingFiles(root: string, state: State): string[] {
  return state.rows.flatMap(({ id, name }) =>
    [`snapshots/${id}/upper`, `snapshots/${id}/work`]
      .filter((path) => !existsSync(`${root}/store/${path}`))
      .map((path) => `${name} has no ${path}`),
  )
}

/** Leases other than the one address that the row of a running container names. */
function strayLeases(folder: string, state: State, running: ReadonlySet<string>): string[] {
  const addresses = new Map(
    state.rows.map(({ id, attachment }) => [
      id,
      (JSON.parse(attachment ?? '{}') as { address?: string }).address,
    ]),
  )
  return entries(folder).flatMap((name) => {
    const target = readlinkSync(`${folder}/${name}`)
    const id = target.split('/').at(-1) ?? ''
    return running.has(id) && addresses.get(id) === name ? [] : [`lease ${name} -> ${target}`]
  })
}
