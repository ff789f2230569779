import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DisposeStack } from '@cofferdam/core'
import { Engine, portOpen } from '@cofferdam/engine'
import { ImageLayout, buildImage, copyImage, parseReference } from '@cofferdam/image'
import { RegistryClient } from '@cofferdam/registry'
import { machineSnapshot, startRegistry } from '@cofferdam/testing'
import { imageConfig, writeLayers } from './layers.ts'
import { Steps } from './steps.ts'
import { ownView } from './view.ts'

const limits = { memory: '64MiB', cpus: 0.5, pids: 32 }
const port = 8080

/** What the kernel and the temporary folder still list of one demonstration, after two seconds at the latest. */
async function leftovers(marks: readonly string[]): Promise<string[]> {
  for (let tries = 20; ; tries--) {
    const { parts } = await machineSnapshot()
    const left = Object.entries(parts).flatMap(([part, lines]) =>
      lines.filter((line) => marks.some((mark) => line.includes(mark))).map((line) => `${part}: ${line}`),
    )
    if (left.length === 0 || tries === 0) return left
    await sleep(100)
  }
}

/**
 * Builds an image, serves it from a registry on loopback, pulls it and runs its service with limits and a published
 * port; then removes everything. Returns what has been left behind all the same.
 */
export async function demonstrate(signal: AbortSignal): Promise<string[]> {
  const steps = new Steps()
  const say = (text: string) => process.stdout.write(`${text}\n`)
  await using undo = new DisposeStack()
  const folder = await mkdtemp(join(tmpdir(), 'cofferdam-start-'))
  undo.defer(() => rm(folder, { recursive: true, force: true }))

  const layout = await ImageLayout.open(join(folder, 'layout'))
  const local = parseReference('localhost/start/service:v1')
  await steps.run('build an image of three layers', async () => {
    const directories = await writeLayers(join(folder, 'layers'))
    const layers = directories.map((directory) => ({ directory }))
    const owner = { uid: 0, gid: 0 }
    await buildImage(layout, { layers, config: imageConfig, reference: local, owner, signal })
  })
  const registry = undo.use(await steps.run('start a registry on loopback', () => startRegistry()))
  const name = `${registry.host}/start/service:v1`
  await steps.run(`push ${name}`, async () => {
    await using client = new RegistryClient()
    const reference = parseReference(name)
    await copyImage(layout, client.repository(reference), local, { as: reference, signal })
  })

  const open = () => Engine.open({ root: join(folder, 'engine') })
  const engine = undo.use(await steps.run('open an engine', open))
  const image = await steps.run('pull the image and unpack it', () => engine.pull(name, { signal }))
  const service = undo.use(
    await steps.run('start its service: bridge network, limits, a published port', () =>
      engine.start(name, { limits, ports: [port], ready: portOpen(port), signal }),
    ),
  )
  const network = service.address?.replace(/\d+$/, '') ?? service.id
  const marks = [folder, service.id, network, ` httpd -f -v -p ${port}`]
  const url = `http://127.0.0.1:${service.port(port)}/`
  const text = await steps.run(`fetch ${url}`, async () => {
    const response = await fetch(url, { signal, headers: { connection: 'close' } })
    if (!response.ok) throw new Error(`${url} answered ${response.status}`)
    return response.text()
  })
  const view = await steps.run('look around inside it', () => ownView(service))
  await steps.run('run a second container to its end', async () => {
    const { stdout } = await engine.run(name, ['echo', 'hello'], { limits, signal })
    if (stdout !== 'hello\n') throw new Error(`the second container wrote ${JSON.stringify(stdout)}`)
  })
  await steps.run('stop the service', () => service.stop())
  await steps.run('remove everything', () => undo.close())

  say(`\nimage ${image.name} (${image.platform}, ${image.size} bytes), ${image.digest}`)
  say(`\nGET ${url}\n${text.trimEnd().replace(/^/gm, '  ')}`)
  say(`\nseen from inside container ${service.name}\n${view}`)
  say(`\n${steps.table()}`)
  return leftovers(marks)
}
