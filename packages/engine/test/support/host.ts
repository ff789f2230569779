import { mkdirSync } from 'node:fs'
import { ImageStore } from '@cofferdam/image'
import { type ScriptOptions, runScript, tempDir } from '@cofferdam/testing'
import { makeRootfs, packImages } from './image.js'
import type { Report } from './inside.js'

/** A root with images, and a way to run scripts against it on a host of their own. */
export interface Host extends AsyncDisposable {
  /** The engine's root. */
  readonly root: string
  /** A root file system on the host. */
  readonly rootfs: string
  /** A path beside the root. */
  join(...names: string[]): string
  /**
   * Runs the body of an async function (of `engine`, `root`, `args` and what `inside.ts` exports) in fresh mount and
   * network namespaces; returns its value, and throws when it left anything behind.
   */
  run<T>(body: string, options?: ScriptOptions): Promise<T>
  /** A script as {@link run} makes it, to be started by other means. */
  script(body: string): string
}

const names =
  'all, bind, busybox, configured, Engine, eventually, fails, fetchText, holds, left, logLine, output, plain, portOpen, said, scriptArgv, snapshot, spawnScript, text, tmpfs'

/** Makes a root with the images of {@link packImages}. */
export async function engineHost(): Promise<Host> {
  const dir = await tempDir('engine')
  const rootfs = makeRootfs(dir.join('rootfs'))
  const images = dir.join('root', 'store', 'images')
  mkdirSync(images, { recursive: true })
  {
    await using store = await ImageStore.open(images)
    await packImages(store.layout, rootfs)
  }
  const root = dir.join('root')
  const script = (body: string) => `
    import { inHost, ${names} } from './packages/engine/test/support/inside.ts'
    const args = process.argv.slice(1)
    const root = ${JSON.stringify(root)}
    await inHost(root, async (engine) => { ${body} })`
  return {
    root,
    rootfs,
    join: dir.join,
    script,
    async run<T>(body: string, options: ScriptOptions = {}) {
      const ended = await runScript(script(body), { namespaces: ['mount', 'net'], ...options })
      const report = ended.json<Report>()
      if (report.left.length > 0) throw new Error(`left behind: ${report.left.join(', ')}\n${ended.stderr}`)
      return report.value as T
    },
    [Symbol.asyncDispose]: () => dir.remove(),
  }
}
