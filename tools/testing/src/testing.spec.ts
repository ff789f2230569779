import { mkdirSync, writeFileSync } from 'node:fs'
import { compareMachine, machineSnapshot, missing, runScript, tempDir } from './index.ts'

describe('missing', () => {
  it('names the first need that is not met', () => {
    expect(missing({ commands: ['sh'], files: ['/proc'], kernel: '3.0' })).toBeUndefined()
    expect(missing({ commands: ['sh', 'no-such-program'] })).toBe('no no-such-program on PATH')
    expect(missing({ files: ['/no/such'] })).toBe('no /no/such')
    expect(missing({ kernel: '99.1' })).toMatch(/^needs Linux 99\.1, this is /)
    expect(missing({ node: '99' })).toMatch(/^needs Node 99, this is /)
    expect(missing({ unless: 'no moon' })).toBe('no moon')
  })
})

describe('runScript', () => {
  it('runs TypeScript with the packages sources and arguments', async () => {
    const code = `
      import { parseBytes } from '@cofferdam/core'
      const size: number = parseBytes(process.argv[1]!)
      console.log(JSON.stringify({ size }))`
    expect((await runScript(code, { args: ['2k'] })).json()).toEqual({ size: 2048 })
  })

  it('reports the exit code, and json() throws with what the child wrote', async () => {
    const result = await runScript('console.error("broken"); process.exit(3)')
    expect(result.exitCode).toBe(3)
    expect(() => result.json()).toThrow('broken')
  })
})

describe('compareMachine', () => {
  it('reports files and processes that are left, and nothing for an unchanged machine', async () => {
    await using dir = await tempDir()
    const mark = 'COFFERDAM_TEST_MARK=snapshot'
    const before = await machineSnapshot({ temporary: dir.path, mark })
    mkdirSync(dir.join('left'))
    writeFileSync(dir.join('left/x'), '')
    const { stdout } = await runScript(
      `import { spawn } from 'node:child_process'
       const child = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' }); child.unref(); console.log(child.pid)`,
      { env: { COFFERDAM_TEST_MARK: 'snapshot' } },
    )
    const found = await compareMachine(before, await machineSnapshot(before.options))
    process.kill(Number(stdout))
    expect(found).toContainEqual({ part: 'files', change: 'added', line: dir.join('left') })
    expect(found.filter(({ part }) => part === 'processes')).toEqual([
      {
        part: 'processes',
        change: 'added',
        line: expect.stringMatching(new RegExp(`^${stdout.trim()} .* sleep 60$`)),
      },
    ])
  })
})
