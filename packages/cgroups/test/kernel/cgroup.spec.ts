import { spawnSync, type StdioOptions } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, readdirSync, rmdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { eventually, requires, runScript } from '@cofferdam/testing'
import { Cgroup, type CgroupLimits, type CgroupLayout, detectLayout } from '../../src/index.js'
import { Waiting, leftovers, removeRoot, root } from '../support/group.js'

const needs = requires({ root: true, files: ['/sys/fs/cgroup'] })
const layout: CgroupLayout = needs.reason === undefined ? detectLayout() : { mode: 'v1', v1: [] }
const has = (controller: string) =>
  layout.mode === 'v2' || layout.v1.some(({ controllers }) => controllers.includes(controller))
const withController = (name: string) =>
  requires({ root: true, unless: has(name) ? undefined : `no ${name} controller` })
let count = 0
const create = (limits: CgroupLimits = {}, options: Parameters<typeof Cgroup.create>[2] = {}) =>
  Cgroup.create(`g${count++}`, limits, { root, ...options })
const cgroupOf = (pid: number) => readFileSync(`/proc/${pid}/cgroup`, 'utf8')

needs.describe('Cgroup', () => {
  afterAll(() => {
    removeRoot()
    expect(leftovers()).toEqual([])
  })

  it('makes a directory in every hierarchy, and removes them; twice is no error', async () => {
    const cgroup = await create()
    const paths = Object.values(cgroup.paths)
    expect(paths.length).toBeGreaterThan(0)
    expect(paths.every((path) => existsSync(path))).toBe(true)
    await cgroup.delete()
    await cgroup.delete()
    expect(paths.some((path) => existsSync(path))).toBe(false)
    await Cgroup.open(cgroup.path).delete()
  })

  requires({
    root: true,
    unless: layout.mode !== 'v2' && has('cpuset') ? undefined : 'no cpuset controller of v1',
  }).it('gives processors to a parent that another process has made and not filled yet', async () => {
    const half = `${root}-half`
    const { paths } = Cgroup.open('child', { root: half })
    for (const path of Object.values(paths)) mkdirSync(dirname(path), { recursive: true })
    const cgroup = await Cgroup.create('child', {}, { root: half })
    const processors = readFileSync(`${cgroup.paths['cpuset']}/cpuset.cpus`, 'utf8').trim()
    await cgroup.delete()
    await Cgroup.prune({ root: half })
    expect(processors).not.toBe('')
  })

  it('prunes the directories above when they are empty, and makes them again', async () => {
    const cgroup = await create()
    await Cgroup.prune({ root })
    expect(leftovers()).toHaveLength(new Set(Object.values(cgroup.paths)).size)
    await cgroup.delete()
    await Cgroup.prune({ root })
    expect(leftovers()).toEqual([])
    await (await create()).delete()
  })

  withController('pids').it('makes a cgroup while others prune what lies above', async () => {
    let pruning = true
    const pruner = (async () => {
      while (pruning) await Cgroup.prune({ root })
    })()
    try {
      for (let turn = 0; turn < 40; turn++) {
        const cgroup = await create({ 'pids.max': 8 })
        const limit = await cgroup.read('pids.max')
        await cgroup.delete()
        expect(limit?.trim()).toBe('8')
      }
    } finally {
      pruning = false
      await pruner
    }
    await Cgroup.prune({ root })
    expect(leftovers()).toEqual([])
  })

  withController('pids').it('has its limits when what lies above goes while it is made', async () => {
    for (let turn = 0; turn < 10; turn++) {
      const sibling = await create({ 'pids.max': 8 })
      // All this waits in one queue, so that one comes between the steps of the other.
      const creating = create({ 'pids.max': 9 })
      await sibling.delete()
      await Cgroup.prune({ root })
      await using cgroup = await creating
      expect((await cgroup.read('pids.max'))?.trim()).toBe('9')
    }
  })

  it('moves a process with its children to come into every hierarchy', async () => {
    await using cgroup = await create()
    await using process = new Waiting('sh -c "echo \\$\\$; read x" <&3 3<&0 & wait')
    await cgroup.join(process.pid)
    const lines = cgroupOf(process.pid)
      .trim()
      .split('\n')
      .filter((line) => !line.includes('name='))
    expect(lines.every((line) => line.endsWith(cgroup.path))).toBe(true)
    expect(await cgroup.pids()).toEqual([process.pid])
  })

  requires({
    root: true,
    unless: layout.v1.length > 0 ? undefined : 'no v1 hierarchy',
  }).it('lets a new process in by open files, also one that may not write there', async () => {
    await using cgroup = await create()
    const { tasks, close } = await cgroup.openEntry()
    const script = tasks.map((_, index) => `printf 0 >&${index + 3}`).join('; ')
    const stdio: StdioOptions = ['ignore', 'pipe', 'inherit', ...tasks.map(({ fd }) => fd)]
    const child = spawnSync('bash', ['-c', `${script}; cat /proc/self/cgroup`], { stdio, uid: 65534 })
    close()
    const joined = child.stdout
      .toString()
      .split('\n')
      .filter((line) => line.endsWith(cgroup.path))
    expect(joined).toHaveLength(tasks.length)
    expect(tasks.filter(({ fd }) => existsSync(`/proc/self/fd/${fd}`))).toEqual([])
  })

  it('has no entry when it is gone, and leaves no descriptor', async () => {
    const cgroup = await create()
    await cgroup.delete()
    const before = readdirSync('/proc/self/fd').length
    await expect(cgroup.openEntry()).rejects.toMatchObject({ code: 'ERR_CGROUP_NOT_FOUND' })
    expect(readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(before)
  })

  it('joins many processes at once', async () => {
    await using cgroup = await create()
    const processes = Array.from({ length: 20 }, () => new Waiting('true'))
    await Promise.all(processes.map(({ pid }) => cgroup.join(pid)))
    expect((await cgroup.pids()).sort()).toEqual(processes.map(({ pid }) => pid).sort())
    await cgroup.kill()
    await Promise.all(processes.map(({ ended }) => ended))
  })

  withController('memory').it('counts a process that the kernel killed for want of memory', async () => {
    await using cgroup = await create({ 'memory.max': '16MiB' })
    await using hog = new Waiting('exec tail /dev/zero')
    await cgroup.join(hog.pid)
    expect(await cgroup.oomKills()).toBe(0)
    hog.go()
    expect(await hog.ended).toEqual({ code: null, signal: 'SIGKILL' })
    expect(await cgroup.oomKills()).toBe(1)
    const { memory } = await cgroup.stat()
    expect(memory?.limit).toBe(16 << 20)
    expect(memory?.peak).toBeGreaterThan(8 << 20)
  })

  withController('pids').it('limits the number of processes', async () => {
    await using cgroup = await create({ 'pids.max': 3 })
    await using shell = new Waiting('for i in 1 2 3 4 5; do sleep 100 & done 2>/dev/null; wait')
    await cgroup.join(shell.pid)
    shell.go()
    // dash gives up at the first fork that fails, with 2.
    expect(await shell.ended).toEqual({ code: 2, signal: null })
    expect((await cgroup.stat()).pids).toEqual({ current: 2, limit: 3 })
  })

  withController('cpu').it('throttles what exceeds its processor time', async () => {
    await using cgroup = await create({ 'cpu.max': '2000 20000' })
    await using busy = new Waiting('while :; do :; done')
    await cgroup.join(busy.pid)
    busy.go()
    await eventually(async () => {
      const { cpu } = await cgroup.stat()
      return (cpu?.throttledPeriods ?? 0) > 1 && (cpu?.usage ?? 0) > 0
    })
  })

  it('freezes and thaws', async () => {
    await using cgroup = await create()
    await using shell = new Waiting('echo answer; sleep 100')
    await cgroup.join(shell.pid)
    await cgroup.freeze()
    expect(await cgroup.isFrozen()).toBe(true)
    const order: string[] = []
    shell.go()
    const answer = shell.line().then((line) => order.push(String(line)))
    order.push('frozen')
    await cgroup.isFrozen()
    const thawed = cgroup.thaw()
    order.push('thawing')
    await thawed
    await answer
    expect(order).toEqual(['frozen', 'thawing', 'answer'])
    expect(await cgroup.isFrozen()).toBe(false)
  })

  it.each<[string, CgroupLayout]>([
    ['by cgroup.kill', layout],
    ['one by one where there is no v2 hierarchy', { mode: 'v1', v1: layout.v1 }],
  ])('kills processes that left their session and parent, %s', async (_, on) => {
    if (on.v1.length === 0 && on.mode === 'v1') return
    await using cgroup = await create({}, { layout: on })
    await using shell = new Waiting(
      'setsid sh -c "setsid sleep 100 & setsid sleep 100 & echo up; sleep 100" & wait',
    )
    await cgroup.join(shell.pid)
    shell.go()
    expect(await shell.line()).toBe('up')
    await eventually(async () => (await cgroup.pids()).length > 3)
    await cgroup.kill()
    await shell.ended
    await cgroup.delete()
  })

  it.each<[string, CgroupLayout]>([
    ['by cgroup.kill', layout],
    ['one by one where there is no v2 hierarchy', { mode: 'v1', v1: layout.v1 }],
  ])('kills and removes also what is in cgroups below it, %s', async (_, on) => {
    if (on.v1.length === 0 && on.mode === 'v1') return
    const cgroup = await create({}, { layout: on })
    const paths = [...new Set(Object.values(cgroup.paths))]
    await using shell = new Waiting('sleep 100 & echo up; wait')
    let deep: Cgroup | undefined
    try {
      await Cgroup.create(`${cgroup.path}/a`, {}, { layout: on })
      deep = await Cgroup.create(`${cgroup.path}/a/b`, {}, { layout: on })
      await Cgroup.create(`${cgroup.path}/a/c`, {}, { layout: on })
      await deep.join(shell.pid)
      shell.go()
      expect(await shell.line()).toBe('up')
      await deep.freeze()
      await cgroup.kill()
      expect(await shell.ended).toEqual({ code: null, signal: 'SIGKILL' })
      await cgroup.delete()
      expect(paths.filter((path) => existsSync(path))).toEqual([])
    } finally {
      shell.child.kill('SIGKILL')
      await deep?.thaw().catch(() => {})
      for (const name of ['/a/b', '/a/c', '/a', ''])
        for (const path of paths.filter((path) => existsSync(path + name))) rmdirSync(path + name)
    }
  })

  it('removes more cgroups below it than a path can name', async () => {
    const cgroup = await create()
    const [top = ''] = Object.values(cgroup.paths)
    const before = process.cwd()
    const directory = 'd'.repeat(200)
    try {
      process.chdir(top)
      for (let depth = 0; depth < 30; depth++) {
        for (let child = 0; child < 5; child++) mkdirSync(`c${child}`)
        mkdirSync(directory)
        process.chdir(directory)
      }
    } finally {
      process.chdir(before)
    }
    await cgroup.delete()
    expect(existsSync(top)).toBe(false)
  })

  it('kills what is frozen', async () => {
    await using cgroup = await create()
    await using shell = new Waiting('sleep 100')
    await cgroup.join(shell.pid)
    await cgroup.freeze()
    await cgroup.kill()
    expect(await shell.ended).toEqual({ code: null, signal: 'SIGKILL' })
  })

  withController('devices').it('denies devices, save those allowed', async () => {
    const devices = [
      { allow: false, access: 'rwm' },
      { allow: true, type: 'c', major: 1, minor: 3, access: 'rw' },
      { allow: true, type: 'c', major: 1, minor: 5, access: 'r' },
    ]
    await using cgroup = await create({ devices })
    await using shell = new Waiting(
      'for d in null zero full; do (: <>/dev/$d) 2>/dev/null && echo rw $d; (: </dev/$d) 2>/dev/null && echo r $d; done; echo end',
    )
    await cgroup.join(shell.pid)
    shell.go()
    const lines: unknown[] = []
    for (let line = await shell.line(); line !== 'end'; line = await shell.line()) lines.push(line)
    expect(lines).toEqual(['rw null', 'r null', 'r zero'])
  })

  withController('memory').it('changes limits up and down, memory and swap together', async () => {
    await using cgroup = await create({ memory: { limit: 32 << 20, swap: 32 << 20 } })
    for (const mebibytes of [64, 16, 128]) {
      await cgroup.update({ memory: { limit: mebibytes << 20, swap: mebibytes << 20 } })
      expect((await cgroup.stat()).memory?.limit).toBe(mebibytes << 20)
    }
    await cgroup.update({ memory: { limit: -1 } })
    expect((await cgroup.stat()).memory?.limit).toBeUndefined()
  })

  withController('memory').it('rejects a limit below what is in use, if asked to look', async () => {
    await using cgroup = await create({ 'memory.max': '64MiB' })
    await using hog = new Waiting('x=$(head -c 8388608 /dev/zero | tr "\\0" x); echo up; read y')
    await cgroup.join(hog.pid)
    hog.go()
    await hog.line()
    await expect(
      cgroup.update({ memory: { limit: 1 << 20, checkBeforeUpdate: true } }),
    ).rejects.toMatchObject({
      code: 'ERR_CGROUP_LIMIT_REFUSED',
    })
    expect((await cgroup.stat()).memory?.limit).toBe(64 << 20)
  })
})

needs.describe('Cgroup refuses, and leaves nothing', () => {
  afterEach(() => removeRoot())

  it('bad limits and names before anything is touched', async () => {
    await expect(create({ 'memory.max': 1 })).rejects.toMatchObject({ code: 'ERR_CGROUP_LIMIT_INVALID' })
    await expect(Cgroup.create('../x', {}, { root })).rejects.toMatchObject({
      code: 'ERR_CGROUP_NAME_INVALID',
    })
    expect(leftovers()).toEqual([])
  })

  withController('cpuset').it('what the kernel refuses', async () => {
    await expect(create({ 'cpuset.cpus': '4095' })).rejects.toMatchObject({
      code: 'ERR_CGROUP_LIMIT_REFUSED',
      errno: expect.stringMatching(/EINVAL|ERANGE/),
      path: expect.stringContaining('cpuset.cpus'),
    })
  })

  it('a name that is taken, unless told to reuse it', async () => {
    await using cgroup = await Cgroup.create('taken', {}, { root })
    await expect(Cgroup.create('taken', {}, { root })).rejects.toMatchObject({ code: 'ERR_CGROUP_EXISTS' })
    expect(existsSync(Object.values(cgroup.paths)[0] as string)).toBe(true)
    await Cgroup.create('taken', {}, { root, reuse: true })
  })

  it('a process that is gone', async () => {
    await using cgroup = await create()
    await using shell = new Waiting('true')
    shell.child.kill('SIGKILL')
    await shell.ended
    await expect(cgroup.join(shell.pid)).rejects.toMatchObject({ code: 'ERR_CGROUP_PROCESS_GONE' })
    expect(() => cgroup.join(0)).toThrow(expect.objectContaining({ code: 'ERR_CGROUP_PROCESS_INVALID' }))
  })

  it('a user without a delegated subtree', async () => {
    const script = `
      import { Cgroup } from '@cofferdam/cgroups'
      await Cgroup.create('x', {}, { root: '${root}-user' }).catch((error) => console.log(JSON.stringify(error)))`
    const { code, hint } = (await runScript(script, { user: 65534 })).json<{ code: string; hint: string }>()
    expect(code).toBe('ERR_CGROUP_PERMISSION')
    expect(hint).toContain('Delegate')
  })

  it('removal while a process is in it', async () => {
    const cgroup = await create()
    {
      await using shell = new Waiting('true')
      await cgroup.join(shell.pid)
      await expect(cgroup.delete()).rejects.toMatchObject({ code: 'ERR_CGROUP_BUSY' })
    }
    await cgroup.delete()
  })
})
