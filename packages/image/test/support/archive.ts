import { encodeHeader, tarEnd, tarPadding, type TarEntry } from '../../src/pack/header.js'

/** An entry as a test writes it. */
export interface Entry extends Partial<Omit<TarEntry, 'path' | 'target' | 'size' | 'xattrs'>> {
  readonly path: string
  readonly target?: string
  readonly content?: string
  readonly xattrs?: Readonly<Record<string, string | Buffer>>
}

/** An archive with exactly these entries, however hostile. */
export function archive(...entries: readonly (Entry | Buffer)[]): Buffer {
  const parts = entries.flatMap((entry) => {
    if (Buffer.isBuffer(entry)) return [entry]
    const content = Buffer.from(entry.content ?? '')
    const { path, target, xattrs, content: _, ...rest } = entry
    const header = encodeHeader({
      ...{ type: 'file', mode: 0o644, uid: 0, gid: 0, mtime: 1000, size: content.length },
      ...rest,
      path: Buffer.from(path),
      ...(target === undefined ? {} : { target: Buffer.from(target) }),
      xattrs: Object.entries(xattrs ?? {}).map(
        ([name, value]) => [name, Buffer.from(value as string)] as const,
      ),
    })
    return [header, content, tarPadding(content.length)]
  })
  return Buffer.concat([...parts, tarEnd()])
}
