import type { BlockDevice, CgroupResources, ThrottledDevice } from '../resources.js'
import { integer } from './check.js'
import type { Controller, FileWrite } from './controller.js'

const throttles = [
  ['throttleReadBpsDevice', 'read_bps_device', 'rbps'],
  ['throttleWriteBpsDevice', 'write_bps_device', 'wbps'],
  ['throttleReadIOPSDevice', 'read_iops_device', 'riops'],
  ['throttleWriteIOPSDevice', 'write_iops_device', 'wiops'],
] as const

/** v2's io.weight (1 to 10000) for blkio's weight (10 to 1000). */
export function blkioToIoWeight(weight: number): number {
  return Math.trunc(1 + ((weight - 10) * 9999) / 990)
}

function device({ major, minor }: BlockDevice, place: string): string {
  integer(major, `${place}.major`, { max: 0xfff })
  integer(minor, `${place}.minor`, { max: 0xfffff })
  return `${major}:${minor}`
}

const weight = (value: number | undefined, place: string) =>
  value === 0 ? undefined : integer(value, place, { min: 10, max: 1000 })

function rates(devices: readonly ThrottledDevice[] | undefined, name: string): [string, number][] {
  return (devices ?? []).map((entry, index) => {
    const place = `blockIO.${name}[${index}]`
    return [device(entry, place), integer(entry.rate, `${place}.rate`) as number]
  })
}

/** Block devices: weights need the BFQ scheduler on present kernels, rates do not. */
export const io: Controller = {
  v1({ blockIO = {} }: CgroupResources) {
    const writes: FileWrite[] = []
    const add = (file: string | readonly string[], value: string | number) =>
      writes.push({ controller: 'blkio', file, value: String(value) })
    const all = weight(blockIO.weight, 'blockIO.weight')
    if (all !== undefined) add(['blkio.weight', 'blkio.bfq.weight'], all)
    const leaf = weight(blockIO.leafWeight, 'blockIO.leafWeight')
    if (leaf !== undefined) add('blkio.leaf_weight', leaf)
    for (const [index, entry] of (blockIO.weightDevice ?? []).entries()) {
      const place = `blockIO.weightDevice[${index}]`
      const name = device(entry, place)
      const own = weight(entry.weight, `${place}.weight`)
      const ownLeaf = weight(entry.leafWeight, `${place}.leafWeight`)
      if (own !== undefined) add(['blkio.weight_device', 'blkio.bfq.weight_device'], `${name} ${own}`)
      if (ownLeaf !== undefined) add('blkio.leaf_weight_device', `${name} ${ownLeaf}`)
    }
    for (const [key, file] of throttles)
      for (const [name, rate] of rates(blockIO[key], key)) add(`blkio.throttle.${file}`, `${name} ${rate}`)
    return writes
  },
  v2({ blockIO = {} }: CgroupResources) {
    const writes: FileWrite[] = []
    const add = (file: FileWrite['file'], value: FileWrite['value']) =>
      writes.push({ controller: 'io', file, value })
    // BFQ has a file of its own, which takes the old range; io.weight is iocost's.
    const addWeight = (target: string, own: number) =>
      add(['io.bfq.weight', 'io.weight'], [`${target} ${own}`, `${target} ${blkioToIoWeight(own)}`])
    const all = weight(blockIO.weight, 'blockIO.weight')
    if (all !== undefined) addWeight('default', all)
    for (const [index, entry] of (blockIO.weightDevice ?? []).entries()) {
      const place = `blockIO.weightDevice[${index}]`
      const own = weight(entry.weight, `${place}.weight`)
      if (own !== undefined) addWeight(device(entry, place), own)
    }
    for (const [key, , word] of throttles)
      for (const [name, rate] of rates(blockIO[key], key))
        add('io.max', `${name} ${word}=${rate === 0 ? 'max' : rate}`)
    return writes
  },
  needs: (resources) => (io.v2(resources).length > 0 ? ['io'] : []),
}
