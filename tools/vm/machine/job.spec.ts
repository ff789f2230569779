import { execFileSync } from 'node:child_process'
import { jobScript, quote } from './job.ts'
import { qemuArguments } from './qemu.ts'

it('quotes every text for a shell', () => {
  const texts = ["it's", '$HOME `id` "x" \\', 'two\nlines', '', '-n', '*']
  for (const text of texts) {
    const script = `printf '%s|' ${quote(text)}`
    expect(execFileSync('bash', ['-c', script], { encoding: 'utf8' })).toBe(`${text}|`)
  }
})

it('gives an ordinary user a delegated group, a home and a run-time directory', () => {
  const text = jobScript({ argv: ['id', '-u'], user: true, env: { A: 'b c' } })
  expect(text).toMatch(
    /^exec systemd-run .*'--uid=tester'.*'--property=Delegate=yes'.* '--' '.usr.bin.env' '--' 'id' '-u'\n$/,
  )
  for (const variable of ['HOME=/home/tester', 'XDG_RUNTIME_DIR=/run/user/1000', 'A=b c'])
    expect(text).toContain(`'--setenv=${variable}'`)
})

it('never writes to the images that machines share', () => {
  const images = { base: { kernel: 'vmlinuz', root: 'root' }, checkout: 'checkout', modules: 'modules' }
  const drives = qemuArguments(images, '/work').filter(
    (arg) => arg.includes('file=') && arg.includes('id=disk'),
  )
  expect(drives).toHaveLength(3)
  for (const drive of drives) expect(drive).toContain('snapshot=on')
})
