import { execFileSync } from 'node:child_process'
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { requires } from '@cofferdam/testing'
import { runtimeCommand } from '../support/command.js'
import { type World, world } from '../support/world.js'

const { describe } = requires({ root: true, commands: ['busybox', 'runc'] })
const fields = /^(Uid|Gid|Groups|Cap\w+):.*$/gm

describe('exec in the same container under runc and here', () => {
  let w: World
  let id: string
  let peer: readonly string[]
  beforeAll(async () => {
    w = await world({ cgroups: 'disabled' })
    const bundle = w.dir.join('bundle')
    mkdirSync(bundle)
    renameSync(w.rootfs, `${bundle}/rootfs`)
    id = `exec-${process.pid}`
    peer = ['--root', w.dir.join('runc')]
    const spec = w.spec(['sleep', '1000'], { rootfs: 'rootfs' })
    spec.process!.user = { uid: 7, gid: 8, additionalGids: [9] }
    delete spec.linux!.resources
    spec.linux!.namespaces = spec.linux!.namespaces!.filter(({ type }) => type !== 'cgroup')
    spec.mounts = spec.mounts!.filter(({ type }) => type !== 'cgroup')
    spec.linux!.cgroupsPath = `${w.parent}/${id}`
    writeFileSync(`${bundle}/config.json`, JSON.stringify(spec))
    execFileSync('runc', [...peer, 'run', '-d', '-b', bundle, id], { stdio: 'ignore' })
    await w.runtime.run(id, { bundle })
  })
  afterAll(async () => {
    execFileSync('runc', [...peer, 'delete', '--force', id])
    await w.runtime.open(id).delete({ force: true })
    await w[Symbol.asyncDispose]()
  })

  it.each([
    [[]],
    [['-u', '1000']],
    [['-u', '1000:100']],
    [['-g', '20', '-g', '21']],
    [['-u', '0', '-g', '20']],
    [['-u', '0', '--cap', 'CAP_SYS_ADMIN', '--cap', 'CAP_CHOWN']],
  ])('has with %j the same user, groups and capabilities', async (options) => {
    const argv = ['exec', ...options, id, 'cat', '/proc/self/status']
    const theirs = execFileSync('runc', [...peer, ...argv], { encoding: 'utf8' })
    const ours = await runtimeCommand(['--root', w.runtime.root, ...argv])
    expect(theirs).toMatch(/^Uid:/m)
    expect(ours.ok().stdout.match(fields)).toEqual(theirs.match(fields))
  })
})
