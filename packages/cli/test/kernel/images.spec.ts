import { Lab, commandTest } from '../support/lab.js'

interface Image {
  readonly name?: string
  readonly digest: string
  readonly id: string
  readonly size: number
}

commandTest('images', () => {
  const lab = new Lab()
  beforeAll(() => lab.open())
  afterAll(() => lab.close())

  const images = async () => JSON.parse((await lab.run(['images', '--json'])).ok().stdout) as Image[]

  it('are pulled, listed and removed; prune frees what none needs', async () => {
    const pulled = (await lab.run(['pull', lab.application])).ok()
    expect(pulled.stdout).toMatch(new RegExp(`^${lab.application}@sha256:[0-9a-f]{64}\n$`))
    expect(pulled.stderr).toMatch(/pulled/)
    expect((await lab.run(['pull', '-q', lab.application])).ok()).toMatchObject({
      stdout: `${pulled.stdout.split('@')[1]}`,
      stderr: '',
    })
    await lab.run(['pull', '-q', lab.busybox])
    expect((await images()).map(({ name }) => name).sort()).toEqual([lab.application, lab.busybox])
    const table = (await lab.run(['images'])).stdout
    expect(table).toMatch(/^IMAGE +ID +PLATFORM +CREATED +SIZE\n/)
    expect(table).toContain(lab.busybox)

    expect((await lab.run(['rmi', lab.application])).ok().stdout).toBe(`${lab.application}\n`)
    expect((await images()).map(({ name }) => name)).toEqual([lab.busybox])
    const first = JSON.parse((await lab.run(['--json', 'prune'])).ok().stdout) as { bytes: number }
    expect(first.bytes).toBeGreaterThan(0)
    const kept = (await lab.run(['run', '--rm', '--network', 'none', '--pull', 'never', lab.busybox, 'true']))
      .exitCode
    expect(kept).toBe(0)
  })

  it('in use by a container are kept until it is gone', async () => {
    await lab.run(['run', '--name', 'user', '--network', 'none', lab.busybox, 'true'])
    const refused = await lab.run(['rmi', '--json', lab.busybox])
    expect(refused.exitCode).toBe(1)
    expect(refused.stderr).toContain('"code":"ERR_IMAGE_IN_USE"')
    const pruned = JSON.parse((await lab.run(['--json', 'prune', '-a'])).ok().stdout) as object
    expect(pruned).toMatchObject({ containers: 1, images: 1 })
    expect(await images()).toEqual([])
  })
})

commandTest('doctor', () => {
  const lab = new Lab()
  beforeAll(() => lab.open())
  afterAll(() => lab.close())

  it('says what this host can do, each check by name, and a fix for what is missing', async () => {
    const { exitCode, stdout } = await lab.run(['--json', 'doctor'])
    const checks = JSON.parse(stdout) as {
      name: string
      ok: boolean
      required: boolean
      detail: string
      fix?: string
    }[]
    expect(exitCode).toBe(0)
    expect(checks.length).toBeGreaterThan(8)
    for (const check of checks.filter(({ ok }) => !ok)) expect(check.fix).toMatch(/./)
    expect(checks.filter(({ required }) => required).every(({ ok }) => ok)).toBe(true)
    const text = (await lab.run(['doctor'])).stdout
    for (const { name } of checks) expect(text).toContain(name)
  })

  it('--version and --help', async () => {
    expect((await lab.run(['--version'])).ok().stdout).toMatch(/^\d+\.\d+\.\d+/)
    expect((await lab.run(['--help'])).ok().stdout).toMatch(/Usage: cofferdam/)
    expect((await lab.run([])).stderr + (await lab.run([])).stdout).toMatch(/Usage: cofferdam/)
  })
})
