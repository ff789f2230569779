import { existsSync } from 'node:fs'
import type { CgroupStep } from '@cofferdam/sys'
import { CofferdamError } from '@cofferdam/core'
import type { FileWrite } from './controllers/controller.js'
import { writesV1, writesV2 } from './controllers/index.js'
import { type Directory, directoryOf, unifiedDirectory } from './directories.js'
import type { CgroupLayout } from './layout/detect.js'
import type { CgroupResources } from './resources.js'

/** A write whose file lies in a known directory. */
export interface PlacedWrite extends FileWrite {
  readonly directory: string
}

/**
 * Where each write of `resources` goes.
 * @throws CofferdamError `ERR_CGROUP_CONTROLLER_MISSING`: no mounted hierarchy has the controller; and those of the
 *   controllers' checks
 */
export function placeWrites(
  layout: CgroupLayout,
  all: readonly Directory[],
  resources: CgroupResources,
): PlacedWrite[] {
  const writes = layout.mode === 'v2' ? writesV2(resources) : writesV1(resources)
  const placed: PlacedWrite[] = []
  for (const write of writes) {
    // Huge pages are often left to the v2 hierarchy of a hybrid host, whose files end differently.
    const directory = directoryOf(all, write.controller, layout.mode) ?? inUnified(write, all)
    if (directory !== undefined) placed.push({ ...moved(write, layout, all), directory })
    else if (!write.optional) throw missing(write)
  }
  return placed
}

function inUnified({ controller }: FileWrite, all: readonly Directory[]): string | undefined {
  return controller === 'hugetlb' ? unifiedDirectory(all) : undefined
}

function moved(write: FileWrite, layout: CgroupLayout, all: readonly Directory[]): FileWrite {
  if (layout.mode !== 'hybrid' || directoryOf(all, write.controller, layout.mode) !== undefined) return write
  return { ...write, file: String(write.file).replace(/limit_in_bytes$/, 'max') }
}

function missing({ controller, file }: FileWrite): CofferdamError {
  return new CofferdamError(
    'ERR_CGROUP_CONTROLLER_MISSING',
    `no mounted cgroup hierarchy has ${controller}`,
    {
      path: typeof file === 'string' ? file : file[0],
      hint: `/proc/cgroups lists what the kernel has; leave the limit out, or mount the controller ${controller}`,
    },
  )
}

/** Whether a file's name is only known once the cgroup exists. */
export const isChoice = ({ file }: FileWrite) => typeof file !== 'string'

/** The step for a write; of several files the first that exists in the cgroup, with its value. */
export function writeStep({ directory, file, value, optional }: PlacedWrite): CgroupStep {
  const files = typeof file === 'string' ? [file] : file
  const found = files.length === 1 ? 0 : files.findIndex((name) => existsSync(`${directory}/${name}`))
  const index = Math.max(found, 0)
  const data = typeof value === 'string' ? value : (value[index] ?? '')
  return { kind: 'write', path: `${directory}/${files[index]}`, data, ...(optional ? { optional } : {}) }
}
