import { closeSync, readFileSync } from 'node:fs'
import { ImageStore, parseReference } from '@cofferdam/image'
import { mountOverlay } from '@cofferdam/rootfs'
import { debianRoot, requires, runScript, startRegistry, tempDir, type TempDir } from '@cofferdam/testing'
import { Engine } from '../../src/index.js'
import { longName, makeForeignImage, sh } from '../support/foreign-image.js'
import type { Report } from '../support/inside.js'
import { compareTrees, readTree, type Tree } from '../support/tree.js'

const gated = requires({
  root: true,
  network: true,
  commands: ['umoci', 'skopeo', 'docker-registry', 'mmdebstrap', 'getfattr', 'setfattr', 'setcap', 'tar'],
})

gated.describe('an image that umoci packed and skopeo pushed', () => {
  let dir: TempDir
  let reason: string | undefined
  let reference: string
  let expected: Tree

  beforeAll(async () => {
    const made = await debianRoot()
    if ('reason' in made) {
      reason = made.reason
      return
    }
    const archive = made.tar
    dir = await tempDir('acceptance')
    await makeForeignImage(dir.path, archive)
    await using registry = await startRegistry()
    reference = `${registry.host}/debian/app:1`
    await sh(`skopeo copy -q --dest-tls-verify=false oci:layout:app docker://${reference}`, dir.path)
    await using engine = await Engine.open({ root: dir.join('root') })
    const image = await engine.pull(reference)
    expect(image).toMatchObject({ name: reference })
    await sh('rm -r bundle && umoci unpack --image layout:app bundle', dir.path)
    expected = await readTree(dir.join('bundle/rootfs'))
  }, 400_000)
  afterAll(() => dir?.remove())

  /** Skips, with a word, where no mirror of Debian can be reached. */
  const test = (name: string, body: () => Promise<void>) =>
    it(name, async () => {
      if (reason === undefined) return body()
      process.stderr.write(`[skipped: ${reason}] ${name}\n`)
    })

  test('has in it what the tests are about', async () => {
    const of = (name: string) => expected.get(name) ?? 'nothing'
    expect(of('opt/kept/deleted')).toBe('nothing')
    expect(of('opt/opaque/old')).toBe('nothing')
    expect(of('opt/opaque/new')).toMatch(/^file/)
    expect(of('opt/second')).toMatch(/^file.*2 names|^file.*3 names/)
    expect(of('opt/setuid')).toMatch(/^file, 6755, 33:33/)
    expect(of('opt/capable')).toMatch(/security.capability=0x/)
    expect(of('opt/device')).toMatch(/^character device, 640/)
    expect(of('opt/implied')).toMatch(/^directory, 2775, 1234:4321, mtime 981173106/)
    expect(of(longName)).toMatch(/^file/)
  })

  test('is mounted as the tree that umoci unpacks', async () => {
    await using store = await ImageStore.open(dir.join('root/store/images'))
    const image = await store.get(parseReference(reference))
    expect(image.manifest.layers).toHaveLength(4)
    const lower = [...image.layers].reverse()
    const mount = await mountOverlay({ lower })
    try {
      const actual = await readTree(`/proc/${process.pid}/fd/${mount}`)
      expect(actual.size).toBeGreaterThan(3000)
      // A directory that no layer describes has the time of the unpacking, and so has with umoci the one above it.
      const untimed = new Set(['usr/share', 'usr/share/new'])
      expect(compareTrees(expected, actual, untimed)).toEqual([])
    } finally {
      closeSync(mount)
    }
  })

  test('runs apt-get and a shell pipeline', async () => {
    const body = `
      import { inHost } from './packages/engine/test/support/inside.ts'
      await inHost(${JSON.stringify(dir.join('root'))}, async (engine) => {
        const run = async (...command) => (await engine.run(${JSON.stringify(reference)}, command, { pull: 'never' })).stdout
        return [
          await run('apt-get', '--version'),
          await run('sh', '-c', 'cut -d: -f7 /etc/passwd | grep -c nologin | tr -d " "'),
          await run('sh', '-c', 'pwd; cat kept/file "$1" | wc -l', 'sh', ${JSON.stringify(`/${longName}`)}),
        ]
      })`
    const { value, left } = (await runScript(body, { namespaces: ['mount', 'net'] })).json<Report>()
    const passwd = readFileSync(dir.join('bundle/rootfs/etc/passwd'), 'utf8')
    const nologin = passwd.split('\n').filter((line) => line.endsWith('nologin')).length
    expect(value).toEqual([expect.stringMatching(/^apt \d/), `${nologin}\n`, '/opt\n2\n'])
    expect(left).toEqual([])
  })
})
