/**
 * A host of its own for faults, first process but one of fresh namespaces: has a registry and an image, and does jobs
 * that come as lines of JSON.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { buildImage, ImageStore, parseReference } from '@cofferdam/image'
import { changeLink, NetlinkSocket } from '@cofferdam/netlink'
import { RegistryClient } from '@cofferdam/registry'
import { startRegistry, writeBusybox } from '@cofferdam/testing'
import { manyLayers, pulled, stored } from '../scenarios/scene.ts'
import { injection } from './injection.ts'
import type { HostJob } from './protocol.ts'

{
  using socket = await NetlinkSocket.open('route')
  await socket.request([changeLink({ name: 'lo', up: true })])
}
const base = await mkdtemp(join(tmpdir(), 'cofferdam-fault-host-'))
const template = join(base, 'template')
const layers = [join(base, 'layer-1'), join(base, 'layer-2')]
for (const path of [...layers, join(template, 'store/images')]) mkdirSync(path, { recursive: true })
await writeBusybox(layers[0] as string)
for (let i = 0; i < 200; i++) await writeFile(join(layers[1] as string, `file-${i}`), String(i).repeat(2000))
/** A layer with one file. */
const small = (number: number) => {
  const directory = join(base, `small-${number}`)
  mkdirSync(directory)
  writeFileSync(join(directory, `small-${number}`), '')
  return directory
}
const registry = await startRegistry()
try {
  const input = { layers: layers.map((directory) => ({ directory })) }
  {
    await using store = await ImageStore.open(join(template, 'store/images'))
    await buildImage(store.layout, { ...input, reference: parseReference(stored) })
    const many = [...input.layers, ...Array.from({ length: 18 }, (_, i) => ({ directory: small(i) }))]
    await buildImage(store.layout, { layers: many, reference: parseReference(manyLayers) })
  }
  {
    await using client = new RegistryClient()
    const reference = parseReference(`${registry.host}/${pulled}`)
    await buildImage(client.repository(reference), { ...input, reference })
  }
  const say = (value: unknown) => process.stdout.write(`${JSON.stringify(value)}\n`)
  say({ ready: true })
  let number = 0
  for await (const line of createInterface({ input: process.stdin })) {
    const job = JSON.parse(line) as HostJob
    const directory = join(base, String(number++))
    say(await injection(job, { base: directory, template, registry }))
    await rm(directory, { recursive: true, force: true })
  }
} finally {
  await registry.stop()
  await rm(base, { recursive: true, force: true })
}
