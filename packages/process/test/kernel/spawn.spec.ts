import { closeSync, mkdirSync, openSync, readdirSync, readlinkSync, rmdirSync } from 'node:fs'
import { asUser, eventually, requires, runScript } from '@cofferdam/testing'
import { spawn, type SpawnedProcess, type SpawnOptions } from '../../src/index.js'
import { processesWith, uniqueSleep } from './support.js'

async function output(process: SpawnedProcess): Promise<string> {
  const lines: string[] = []
  for await (const line of process.lines()) lines.push(line)
  return lines.join('\n')
}

async function run(script: string, options: SpawnOptions = {}): Promise<string> {
  await using process = await spawn(['/bin/sh', '-c', script], options)
  const text = await output(process)
  expect(await process.exited).toMatchObject({ exitCode: 0 })
  return text
}

const { describe: rooted } = requires({ root: true })
const { describe: linux } = requires({})

linux('a plain process', () => {
  it('reads, writes and ends like any child process', async () => {
    await using cat = await spawn(['cat'])
    cat.stdin?.end('one\r\ntwo\nthree')
    expect(await output(cat)).toBe('one\ntwo\nthree')
    expect(await cat.exited).toMatchObject({ exitCode: 0, signal: null, oomKilled: undefined })
  })
  it('has descriptors 0 to 2 only', async () => {
    expect(await run('ls /proc/self/fd')).toBe('0\n1\n2\n3')
  })
  it('gets no blocked or ignored signals', async () => {
    const status = await run("grep -E 'Sig(Blk|Ign)' /proc/self/status")
    expect(status.split('\n').map((line) => Number.parseInt(line.split('\t')[1] as string, 16))).toEqual([
      0, 0,
    ])
  })
  it('keeps status and signal apart', async () => {
    await using exit = await spawn(['sh', '-c', 'exit 41'])
    expect(await exit.exited).toMatchObject({ exitCode: 41, signal: null })
    await using killed = await spawn(['sleep', uniqueSleep()])
    expect(killed.kill('SIGUSR1')).toBe(true)
    expect(await killed.exited).toMatchObject({ exitCode: null, signal: 'SIGUSR1' })
    await killed.stop()
    expect(killed.kill()).toBe(false)
  })
  it('takes cwd, env, umask, rlimits', async () => {
    const text = await run('pwd; echo $A $B; umask; ulimit -n', {
      cwd: '/usr/bin',
      env: { PATH: '/bin:/usr/bin', A: 'x', B: 'y z' },
      umask: 0o27,
      rlimits: { RLIMIT_NOFILE: 77 },
    })
    expect(text).toBe('/usr/bin\nx y z\n0027\n77')
  })
  it('is killed at its timeout, its output limit and its signal', async () => {
    await using slow = await spawn(['sleep', uniqueSleep()], { timeout: 10 })
    expect(await slow.exited).toMatchObject({ signal: 'SIGKILL', reason: 'timeout' })
    await using loud = await spawn(['cat', '/dev/zero'], { maxOutput: 100_000 })
    loud.stdout?.resume()
    expect(await loud.exited).toMatchObject({ signal: 'SIGKILL', reason: 'max-output' })
    const controller = new AbortController()
    await using aborted = await spawn(['sleep', uniqueSleep()], { signal: controller.signal })
    controller.abort()
    expect(await aborted.exited).toMatchObject({ signal: 'SIGKILL', reason: 'aborted' })
    await expect(spawn(['true'], { signal: controller.signal })).rejects.toBe(controller.signal.reason)
  })
  it('takes arguments and environment of more than a message', async () => {
    const long = 'x'.repeat(100_000)
    await using process = await spawn(['sh', '-c', 'echo ${#1} ${#BIG}', 'sh', long], {
      env: { PATH: '/usr/bin:/bin', BIG: long },
    })
    expect(await output(process)).toBe('100000 100000')
  })
})

linux('stop', () => {
  it('kills descendants of this process and of no other', async () => {
    const [mine, other] = [uniqueSleep(), uniqueSleep()]
    const tree = (s: string) =>
      `setsid sh -c 'setsid sleep ${s} & exec sleep ${s}' & (sleep ${s} &); exec sleep ${s}`
    const first = await spawn(['sh', '-c', tree(mine)], { stdio: 'ignore' })
    await using second = await spawn(['sh', '-c', tree(other)], { stdio: 'ignore' })
    await eventually(() => processesWith(`sleep\0${mine}`).length === 4)
    await eventually(() => processesWith(`sleep\0${other}`).length === 4)
    await first.stop()
    expect(processesWith(mine)).toEqual([])
    expect(processesWith(`sleep\0${other}`)).toHaveLength(4)
    await second.stop()
    expect(processesWith(other)).toEqual([])
  })
  it('kills what outlived the main process', async () => {
    const sleep = uniqueSleep()
    const process = await spawn(['sh', '-c', `setsid sleep ${sleep} & exit 5`], { stdio: 'ignore' })
    expect(await process.exited).toMatchObject({ exitCode: 5 })
    await eventually(() => processesWith(`sleep\0${sleep}`).length === 1)
    await process.stop()
    expect(processesWith(sleep)).toEqual([])
  })
})

linux('a pseudo-terminal', () => {
  it('is the controlling terminal, has a size and ends with the process', async () => {
    await using process = await spawn(['sh', '-c', 'stty size; tty; read x; stty size; echo got $x'], {
      pty: { columns: 91, rows: 17 },
    })
    let text = ''
    process.tty?.output.on('data', (chunk: Buffer) => (text += String(chunk)))
    const ended = new Promise((resolve) => process.tty?.output.once('end', resolve))
    // The line whole: an echo may come between what a program writes and its newline.
    await eventually(() => /\/dev\/pts\/\d+\r\n/.test(text))
    process.tty?.resize(101, 33)
    process.tty?.input.write('word\n')
    await ended
    expect(
      text
        .replaceAll('\r', '')
        .split('\n')
        .filter((line) => !line.startsWith('/dev/pts/')),
    ).toEqual(['17 91', 'word', '33 101', 'got word', ''])
    expect(await process.exited).toMatchObject({ exitCode: 0 })
  })
})

const v1 = requires({ root: true, files: ['/sys/fs/cgroup/pids/tasks', '/sys/fs/cgroup/cpuset/tasks'] })

v1.describe('a process in cgroups of v1 hierarchies', () => {
  const directories = ['pids', 'cpuset'].map(
    (name) => `/sys/fs/cgroup/${name}/cofferdam-spawn-${process.pid}`,
  )
  const cgroup = (names: readonly string[]) => ({
    openEntry: async () => {
      const tasks = names.map((name) => {
        const directory = directories.find((path) => path.includes(`/${name}/`))
        return { name, fd: openSync(`${directory}/tasks`, 'w') }
      })
      return { tasks, close: () => tasks.forEach(({ fd }) => closeSync(fd)) }
    },
  })
  beforeAll(() => directories.forEach((path) => mkdirSync(path)))
  afterAll(() => directories.forEach((path) => rmdirSync(path)))

  it('is there before its program begins, and sees it as the root of a new cgroup namespace', async () => {
    const options = { cgroup: cgroup(['pids']), namespaces: { pid: true, cgroup: true } }
    const own = (await run('cat /proc/self/cgroup; ls /proc/self/fd', options)).split('\n')
    expect(own).toContain(`${own.find((line) => line.includes(':pids:'))?.split(':')[0]}:pids:/`)
    expect(own.slice(-4)).toEqual(['0', '1', '2', '3'])
    expect(await run('cat /proc/self/cgroup', { cgroup: cgroup(['pids']) })).toContain(
      `:pids:/cofferdam-spawn-${process.pid}`,
    )
  })
  it('names the hierarchy that does not take it', async () => {
    // A cpuset without processors takes nobody.
    await expect(spawn(['true'], { cgroup: cgroup(['pids', 'cpuset']) })).rejects.toMatchObject({
      code: 'ERR_LAUNCH',
      errno: 'ENOSPC',
      message: expect.stringContaining('join the cgroups of pids cpuset'),
      hint: 'cpuset',
    })
  })
})

rooted('namespaces', () => {
  it('are new where asked and shared elsewhere', async () => {
    const files = ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'time', 'user', 'uts']
    const mine = files.map((file) => readlinkSync(`/proc/self/ns/${file}`))
    const list = files.map((file) => `/proc/self/ns/${file}`).join(' ')
    const all = await run(`readlink ${list}`, {
      namespaces: {
        user: { map: 'self' },
        mount: true,
        pid: true,
        net: true,
        ipc: true,
        uts: true,
        cgroup: true,
        time: true,
      },
    })
    for (const [index, name] of all.split('\n').entries()) expect(name).not.toBe(mine[index])
    expect((await run(`readlink ${list}`)).split('\n')).toEqual(mine)
  })
  it('carry names, clocks and id maps', async () => {
    const text = await run('hostname; cut -d. -f1 /proc/uptime; cat /proc/self/uid_map; echo $$', {
      namespaces: {
        uts: { hostname: 'box' },
        pid: true,
        mount: true,
        time: { boottime: { secs: 5_000_000, nanosecs: 0 } },
        user: {
          uidMappings: [{ containerID: 0, hostID: 100_000, size: 1000 }],
          gidMappings: [{ containerID: 0, hostID: 100_000, size: 1000 }],
        },
      },
    })
    const [host, uptime, map, pid] = text.split('\n')
    expect(host).toBe('box')
    expect(Number(uptime)).toBeGreaterThan(5_000_000)
    expect(map?.trim().split(/\s+/)).toEqual(['0', '100000', '1000'])
    expect(pid).toBe('1')
  })
  it('are joined by path and by descriptor', async () => {
    await using box = await spawn(['sleep', uniqueSleep()], {
      namespaces: { pid: true, mount: true, net: true, uts: { hostname: 'joined' }, user: { map: 'self' } },
      stdio: 'ignore',
    })
    const path = (kind: string) => `/proc/${box.pid}/ns/${kind}`
    const text = await run('hostname; cat /proc/1/comm; readlink /proc/self/ns/net', {
      namespaces: {
        user: path('user'),
        pid: path('pid'),
        mount: path('mnt'),
        net: path('net'),
        uts: path('uts'),
      },
    })
    expect(text.split('\n')).toEqual(['joined', 'sleep', readlinkSync(path('net'))])
    // Without pid, time or user it needs no intermediate.
    expect(await run('hostname', { namespaces: { uts: path('uts') } })).toBe('joined')
  })
  it('an unreadable one is refused before anything is started', async () => {
    await expect(spawn(['true'], { namespaces: { net: '/nonexistent/net' } })).rejects.toMatchObject({
      code: 'ERR_NAMESPACE',
      path: '/nonexistent/net',
    })
  })
})

rooted('identity', () => {
  it('sets ids, groups and capability sets', async () => {
    const text = await run("id -u; id -g; id -G; grep -E 'Cap|NoNewPrivs' /proc/self/status", {
      uid: 1234,
      gid: 1235,
      groups: [7, 8],
      capabilities: { bounding: 0x3fn, effective: 0x5n, permitted: 0x7n, inheritable: 0x5n, ambient: 0x5n },
      noNewPrivileges: true,
    })
    const lines = text.split('\n').map((line) => line.split(/\s+/).at(-1))
    expect(text.split('\n')[2]).toBe('1235 7 8')
    expect([lines[0], lines[1], ...lines.slice(3)]).toEqual([
      '1234',
      '1235',
      '0000000000000005',
      '0000000000000005',
      '0000000000000005',
      '000000000000003f',
      '0000000000000005',
      '1',
    ])
  })
  it('warns of capabilities that cannot be granted', async () => {
    await using process = await spawn(['true'], {
      uid: 0,
      capabilities: {
        bounding: ~0n,
        effective: 1n << 62n,
        permitted: 1n << 62n,
        inheritable: 0n,
        ambient: 0n,
      },
    })
    expect(process.warnings).toEqual([
      expect.objectContaining({ errno: 'EPERM', detail: '4000000000000000' }),
    ])
  })
  it('loads a seccomp filter', async () => {
    const filter = Buffer.alloc(4 * 8)
    const set = (i: number, code: number, jt: number, jf: number, k: number) => {
      filter.writeUInt16LE(code, i * 8)
      filter.writeUInt8(jt, i * 8 + 2)
      filter.writeUInt8(jf, i * 8 + 3)
      filter.writeUInt32LE(k, i * 8 + 4)
    }
    const mkdir = process.arch === 'x64' ? 83 : 34
    set(0, 0x20, 0, 0, 0)
    set(1, 0x15, 0, 1, mkdir)
    set(2, 0x06, 0, 0, 0x50000 | 121)
    set(3, 0x06, 0, 0, 0x7fff0000)
    for (const noNewPrivileges of [true, false]) {
      await using denied = await spawn(['mkdir', '/proc/x'], { seccomp: filter, noNewPrivileges, uid: 1234 })
      let text = ''
      for await (const line of denied.lines('stderr')) text += line
      expect(text).toMatch(process.arch === 'x64' ? /Remote I\/O error/ : /./)
    }
  })
})

describe('errors', () => {
  const cases: [string, string[], SpawnOptions, object][] = [
    [
      'a missing program',
      ['nosuch-program'],
      { env: { PATH: '/bin:/usr/bin' } },
      { code: 'ERR_PROGRAM_NOT_FOUND', message: 'program "nosuch-program" not found in /bin:/usr/bin' },
    ],
    ['a missing path', ['/no/such'], {}, { code: 'ERR_PROGRAM_NOT_FOUND', path: '/no/such' }],
    ['no executable', ['/etc/passwd'], {}, { code: 'ERR_EXEC', errno: 'EACCES', path: '/etc/passwd' }],
    [
      'a missing directory',
      ['true'],
      { cwd: '/no/such' },
      { code: 'ERR_LAUNCH', errno: 'ENOENT', message: expect.stringContaining('/no/such') },
    ],
    ['no program', [], {}, { code: 'ERR_INVALID_PLAN' }],
    ['a NUL', ['true', 'a\0b'], {}, { code: 'ERR_INVALID_PLAN' }],
    ['bad stdio', ['true'], { stdio: ['ignore', 'nope' as 'pipe'] }, { code: 'ERR_INVALID_PLAN' }],
    ['rootfs without a mount namespace', ['true'], { rootfs: '/' }, { code: 'ERR_INVALID_PLAN' }],
  ]
  linux('named by their object', () => {
    it.each(cases)('%s', async (_name, args, options, expected) => {
      const before = readdirSync('/proc/self/fd').length
      await expect(spawn(args, options)).rejects.toMatchObject(expected)
      await expect(spawn(args, options)).rejects.toMatchObject(expected)
      expect(readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(before + 4)
    })
  })
  rooted('without privileges', () => {
    it('a missing rootfs is named', async () => {
      await expect(
        spawn(['true'], { rootfs: '/no/such/root', namespaces: { mount: true } }),
      ).rejects.toMatchObject({
        code: 'ERR_LAUNCH',
        message: expect.stringContaining('/no/such/root'),
        errno: 'ENOENT',
      })
    })
  })
  requires({ unless: asUser.reason }).it('clone forbidden', async () => {
    const result = await asUser.script(`
      import { spawn } from '@cofferdam/process'
      try { await spawn(['true'], { namespaces: { net: true } }) } catch (e) { console.log(JSON.stringify({ code: e.code, hint: e.hint, message: e.message })) }`)
    expect(result.json()).toMatchObject({
      code: 'ERR_CLONE_FORBIDDEN',
      hint: expect.stringContaining('user namespace'),
      message: expect.stringContaining('network'),
    })
  })
  requires({ unless: asUser.reason }).it('an ordinary user can use a user namespace', async () => {
    const result = await asUser.script(`
      import { spawn } from '@cofferdam/process'
      const p = await spawn(['sh', '-c', 'id -u; hostname'], { namespaces: { user: { map: 'self' }, net: true, pid: true, mount: true, uts: { hostname: 'mine' } } })
      const lines = []
      for await (const line of p.lines()) lines.push(line)
      console.log(JSON.stringify(lines))`)
    expect(result.json()).toEqual(['0', 'mine'])
  })
})

linux('environments', () => {
  it('a worker thread has its own spawner, which ends with it', async () => {
    const sleep = uniqueSleep()
    const result = await runScript(`
      import { Worker } from 'node:worker_threads'
      import { readFileSync } from 'node:fs'
      const code = \`
        const { spawn } = await import('@cofferdam/process')
        const p = await spawn(['sleep', '${sleep}'], { stdio: 'ignore' })
        const { parentPort } = await import('node:worker_threads')
        parentPort.postMessage(p.pid)
        setInterval(() => {}, 1000)\`
      const flags = process.execArgv.filter((flag) => /^--(conditions|import)=/.test(flag))
      const w = new Worker(code, { eval: true, execArgv: [...flags, '--input-type=module'] })
      const pid = await new Promise((resolve, reject) => { w.once('message', resolve); w.once('error', reject) })
      const before = readFileSync('/proc/' + pid + '/cmdline', 'utf8').split('\\0').join(' ').trim()
      await w.terminate()
      let after = true
      try { readFileSync('/proc/' + pid + '/cmdline') } catch { after = false }
      console.log(JSON.stringify({ before, after }))`)
    expect(result.json()).toEqual({ before: `sleep ${sleep}`, after: false })
  })
  it('a running process keeps Node alive, an unref’d one does not', async () => {
    const wait = await runScript(`
      import { spawn } from '@cofferdam/process'
      const p = await spawn(['sleep', '0.2'], { stdio: 'ignore' })
      p.exited.then((e) => console.log(JSON.stringify(e.exitCode)))`)
    expect(wait.json()).toBe(0)
    const gone = await runScript(`
      import { spawn } from '@cofferdam/process'
      const p = await spawn(['sleep', '${uniqueSleep()}'])
      p.unref()
      p.exited.then(() => console.log('1'))
      console.log('0')`)
    expect(gone.ok().stdout).toBe('0\n')
  })
})
