import { mkdirSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { spawn as spawnProcess } from '@cofferdam/process'
import { runCommand } from '@cofferdam/testing'
import { Lab, commandTest } from '../support/lab.js'

commandTest('cofferdam run', () => {
  const lab = new Lab()
  beforeAll(() => lab.open())
  afterAll(() => lab.close())

  const run = (...args: string[]) => lab.run(['run', '--rm', '--network', 'none', ...args])
  const shell = async (script: string, ...flags: string[]) =>
    (await run(...flags, lab.busybox, 'sh', '-c', script)).ok().stdout

  it('pulls a missing image and tells of it on standard error only', async () => {
    const { stdout, stderr } = (await run(lab.busybox, 'echo', 'hello')).ok()
    expect(stdout).toBe('hello\n')
    expect(stderr).toMatch(/^[0-9a-f]{12}: pulled /m)
  })

  it('runs what the image says, as its user, in its directory, with its environment', async () => {
    expect((await run(lab.application)).ok().stdout).toBe('say: by default; www in /srv; yes image\n')
    expect((await run(lab.application, 'given')).ok().stdout).toBe('say: given; www in /srv; yes image\n')
  })

  it('-e, -w, -u and --entrypoint replace it', async () => {
    const flags = ['-e', 'OTHER=flag', '-w', '/tmp', '-u', '0:0']
    expect((await run(...flags, lab.application, 'x')).ok().stdout).toBe('say: x; root in /tmp; yes flag\n')
    const { stdout } = (await run('--entrypoint', 'id', lab.application, '-u')).ok()
    expect(stdout).toBe('100\n')
    expect(await shell('id -u; id -g', '-u', '4321:765')).toBe('4321\n765\n')
  })

  it('-w makes a missing directory', async () => {
    expect(await shell('pwd', '-w', '/not/there')).toBe('/not/there\n')
  })

  it('--env-file and -e without a value', async () => {
    const file = join(lab.folder, 'env')
    writeFileSync(file, '# comment\nA=1\nB=two words\n')
    expect(await shell('echo "$A|$B|$NO_COLOR"', '--env-file', file, '-e', 'NO_COLOR')).toBe(
      '1|two words|1\n',
    )
  })

  it('-v mounts a host directory, ro forbids writing', async () => {
    const folder = join(lab.folder, 'shared')
    mkdirSync(folder)
    writeFileSync(join(folder, 'in'), 'from the host')
    await shell('cat /data/in; echo "from inside" >/data/out', '-v', `${folder}:/data`)
    expect(await readFile(join(folder, 'out'), 'utf8')).toBe('from inside\n')
    expect(await shell('echo x >/data/no 2>/dev/null || cat /data/in', '-v', `${folder}:/data:ro`)).toBe(
      'from the host',
    )
  })

  it('--tmpfs mounts memory with its size', async () => {
    const script = 'touch /scratch/x; grep " /scratch " /proc/mounts'
    expect(await shell(script, '--tmpfs', '/scratch:size=1m,mode=700')).toMatch(
      /^tmpfs \/scratch tmpfs .*size=1024k.*mode=700/,
    )
  })

  it('-m, --cpus and --pids-limit are the limits its cgroups have', async () => {
    const script = `cd /sys/fs/cgroup
      cat memory/memory.limit_in_bytes memory.max 2>/dev/null
      cat cpu/cpu.cfs_quota_us cpu.max 2>/dev/null
      cat pids/pids.max pids.max 2>/dev/null; true`
    const lines = (await shell(script, '-m', '48m', '--cpus', '0.25', '--pids-limit', '17')).split('\n')
    expect(lines).toEqual([String(48 << 20), expect.stringMatching(/^25000( 100000)?$/), '17', ''])
  })

  it('a limit holds: the kernel ends what takes too much memory', async () => {
    const { exitCode } = await run('-m', '16m', lab.busybox, 'sh', '-c', 'x=$(cat /dev/zero | tr "\\0" a)')
    expect(exitCode).not.toBe(0)
    const many = await run('--pids-limit', '3', lab.busybox, 'sh', '-c', 'sleep 1 & sleep 1 & sleep 1 & wait')
    expect(many.stderr).toMatch(/can't fork/)
  })

  it('--hostname, --name, --read-only, --cap-drop', async () => {
    expect(await shell('hostname; cat /etc/hostname', '--hostname', 'box')).toBe('box\nbox\n')
    expect(await shell('touch /x 2>/dev/null || echo no', '--read-only')).toBe('no\n')
    expect(await shell('grep CapBnd /proc/self/status', '--cap-drop', 'ALL')).toMatch(/\t0+\n$/)
  })

  it('--security-opt', async () => {
    const status = 'grep -E "NoNewPrivs|Seccomp:" /proc/self/status'
    expect(await shell(status, '--security-opt', 'no-new-privileges')).toBe('NoNewPrivs:\t1\nSeccomp:\t2\n')
    expect(await shell(status, '--security-opt', 'seccomp=unconfined')).toBe('NoNewPrivs:\t0\nSeccomp:\t0\n')
  })

  it('--init is the first process, passes signals on and reaps', async () => {
    const script = `echo "pid $$"; sh -c '(exit 0) & (sleep 0.1 &) ; exit 0'; sleep 0.3
      ps | grep -c '[Z] ' ; kill -USR1 1; sleep 5`
    const { exitCode, stdout } = await run('--init', lab.busybox, 'sh', '-c', script)
    expect(stdout).toMatch(/^pid 2$/m)
    expect(stdout).toMatch(/^0$/m)
    expect(exitCode).toBe(128 + 10)
  })

  it('-i joins standard input', async () => {
    const { stdout } = await lab.run(['run', '--rm', '--network', 'none', '-i', lab.busybox, 'sort'], {
      input: 'b\na\n',
    })
    expect(stdout).toBe('a\nb\n')
  })

  it('without -i standard input is empty, and standard error is apart', async () => {
    const args = ['run', '--rm', '--network', 'none', lab.busybox, 'sh', '-c', 'cat; echo out; echo err >&2']
    expect(await lab.run(args, { input: 'no' })).toMatchObject({ stdout: 'out\n', stderr: 'err\n' })
  })

  it('-t gives it a terminal of the size of the caller’s', async () => {
    const args = ['run', '--rm', '--network', 'none', '-it', lab.busybox, 'sh']
    await using child = await spawnProcess([...lab.command, ...args], {
      pty: { columns: 101, rows: 41 },
      env: { ...process.env, ...lab.env },
    })
    child.tty!.input.write('tty; stty size; exit 9\n')
    let output = ''
    for await (const line of child.lines()) output += `${line.trimEnd()}\n`
    expect(output).toMatch(/^\/dev\/pts\/0$/m)
    expect(output).toMatch(/^41 101$/m)
    expect((await child.exited).exitCode).toBe(9)
  })

  it('ends its container when nobody reads the output any more', async () => {
    const pipeline = '"$0" "$@" | head -n 1; echo "${PIPESTATUS[0]}"'
    const args = [...lab.command, 'run', '--rm', '--network', 'none', lab.busybox, 'yes']
    expect(await runCommand(['bash', '-c', pipeline, ...args], { env: lab.env })).toMatchObject({
      stdout: `y\n${128 + 13}\n`,
      stderr: '',
    })
  })

  it('ends with the exit code of the program, or 128 and the signal', async () => {
    expect((await run(lab.busybox, 'sh', '-c', 'exit 42')).exitCode).toBe(42)
    expect((await run(lab.busybox, 'sh', '-c', 'kill -KILL $$; sleep 1')).exitCode).not.toBe(42)
    expect((await run('--init', lab.busybox, 'sh', '-c', 'kill -TERM $$')).exitCode).toBe(128 + 15)
  })
})
