import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { requires, runScript } from '@cofferdam/testing'
import { Cgroup, type CgroupLayout, detectLayout } from '../../src/index.js'
import { Waiting, removeRoot, root } from '../support/group.js'

const host = requires({ root: true, files: ['/sys/fs/cgroup'] })
const detected: CgroupLayout | undefined = host.reason === undefined ? detectLayout() : undefined
const v2 = detected?.v2
const needs = requires({ root: true, unless: v2 === undefined ? 'no cgroup v2 hierarchy' : undefined })
// A hybrid host's v2 hierarchy, used as if it were all there is.
const layout: CgroupLayout = { mode: 'v2', v1: [], ...(v2 === undefined ? {} : { v2 }) }

needs.describe('Cgroup in the v2 hierarchy alone', () => {
  const controllers = () => readFileSync(`${v2?.mountPoint}/cgroup.subtree_control`, 'utf8').trim()
  let before = ''
  beforeAll(() => {
    before = controllers()
  })
  afterAll(() => {
    removeRoot()
    const added = controllers()
      .split(' ')
      .filter((name) => name !== '' && !before.split(' ').includes(name))
    for (const name of added) writeFileSync(`${v2?.mountPoint}/cgroup.subtree_control`, `-${name}`)
    expect(controllers()).toBe(before)
  })

  it('opens its directory for CLONE_INTO_CGROUP', async () => {
    await using cgroup = await Cgroup.create('entry', {}, { root, layout })
    const { fd, tasks, close } = await cgroup.openEntry()
    expect(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8')).toMatch(/flags:\s+0?2\d+/)
    expect(tasks).toEqual([])
    close()
    expect(existsSync(`/proc/self/fd/${fd}`)).toBe(false)
  })

  it('freezes, kills, lists', async () => {
    await using cgroup = await Cgroup.create('life', {}, { root, layout })
    await using shell = new Waiting('sleep 100')
    await cgroup.join(shell.pid)
    expect(await cgroup.pids()).toEqual([shell.pid])
    await cgroup.freeze()
    expect(await cgroup.isFrozen()).toBe(true)
    await cgroup.thaw()
    expect(await cgroup.isFrozen()).toBe(false)
    await cgroup.kill()
    expect(await shell.ended).toEqual({ code: null, signal: 'SIGKILL' })
  })

  it('denies devices by eBPF, and takes new rules', async () => {
    const deny = { allow: false, access: 'rwm' }
    const none = { allow: true, type: 'c', major: 1, minor: 3, access: 'rw' }
    await using cgroup = await Cgroup.create('devices', { devices: [deny, none] }, { root, layout })
    const opened = async () => {
      await using shell = new Waiting('for d in null zero; do (: </dev/$d) 2>&- && echo $d; done; echo end')
      await cgroup.join(shell.pid)
      shell.go()
      const lines: unknown[] = []
      for (let line = await shell.line(); line !== 'end'; line = await shell.line()) lines.push(line)
      return lines
    }
    expect(await opened()).toEqual(['null'])
    await cgroup.update({ devices: [deny, { allow: true, type: 'c', major: 1, minor: 5, access: 'r' }] })
    expect(await opened()).toEqual(['zero'])
  })

  requires({ root: true, commands: ['setpriv'] }).it(
    'does without optional device rules where it may not set them',
    async () => {
      const script = `
        import { Cgroup } from '@cofferdam/cgroups'
        const make = async (devices) => {
          try {
            await using cgroup = await Cgroup.create('unprivileged', { devices }, ${JSON.stringify({ root, layout })})
            return 'made'
          } catch ({ code }) {
            return code
          }
        }
        const deny = { allow: false }
        console.log(JSON.stringify([await make([{ ...deny, optional: true }]), await make([deny])]))`
      const under = ['setpriv', '--bounding-set=-all', '--inh-caps=-all', '--']
      expect((await runScript(script, { under })).json()).toEqual(['made', 'ERR_CGROUP_PERMISSION'])
    },
  )

  const lacksMemory = requires({
    root: true,
    unless:
      v2 !== undefined && !readFileSync(`${v2.mountPoint}/cgroup.controllers`, 'utf8').includes('memory')
        ? undefined
        : 'the v2 hierarchy has a memory controller',
  })
  lacksMemory.it('names the controller that is missing, and touches nothing', async () => {
    await expect(
      Cgroup.create('x', { 'memory.max': '64MiB' }, { root: `${root}-none`, layout }),
    ).rejects.toMatchObject({
      code: 'ERR_CGROUP_CONTROLLER_MISSING',
      hint: expect.stringContaining('there are'),
    })
    expect(existsSync(`${v2?.mountPoint}${root}-none`)).toBe(false)
  })
})
