/** What one entry of an archive is. Names are bytes, relative, without a trailing slash. */
export interface TarEntry {
  readonly type: 'file' | 'link' | 'symlink' | 'char' | 'block' | 'directory' | 'fifo'
  readonly path: Buffer
  /** Permission bits with set-id and sticky. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** Bytes of content that follow; 0 for all but files. */
  readonly size: number
  /** Seconds since 1970. */
  readonly mtime: number
  /** Target of a link. */
  readonly target?: Buffer
  readonly major?: number
  readonly minor?: number
  readonly xattrs?: readonly (readonly [name: string, value: Buffer])[]
}

const block = 512
const typeFlags = {
  file: '0',
  link: '1',
  symlink: '2',
  char: '3',
  block: '4',
  directory: '5',
  fifo: '6',
} as const

/** Zeros that fill the last block of `size` bytes of content. */
export function tarPadding(size: number): Buffer {
  return Buffer.alloc((block - (size % block)) % block)
}

/** The two zero blocks that end an archive. */
export function tarEnd(): Buffer {
  return Buffer.alloc(2 * block)
}

interface Fields {
  readonly name: Buffer
  readonly type: string
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly size: number
  readonly mtime: number
  readonly link: Buffer
  readonly major: number
  readonly minor: number
}

function ustar(fields: Fields): Buffer {
  const bytes = Buffer.alloc(block)
  const octal = (offset: number, length: number, value: number) =>
    bytes.write(value.toString(8).padStart(length - 1, '0'), offset, 'latin1')
  fields.name.copy(bytes, 0, 0, 100)
  octal(100, 8, fields.mode)
  octal(108, 8, fields.uid)
  octal(116, 8, fields.gid)
  octal(124, 12, fields.size)
  octal(136, 12, fields.mtime)
  bytes.fill(' ', 148, 156)
  bytes.write(fields.type, 156, 'latin1')
  fields.link.copy(bytes, 157, 0, 100)
  bytes.write('ustar\u000000', 257, 'latin1')
  octal(329, 8, fields.major)
  octal(337, 8, fields.minor)
  const sum = bytes.reduce((total, byte) => total + byte, 0)
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return bytes
}

/** A record `LENGTH KEY=VALUE\n`, whose length counts its own digits (POSIX.1-2017 pax). */
function record(key: string, value: Buffer | string): Buffer {
  const body = Buffer.concat([Buffer.from(` ${key}=`), Buffer.from(value as string), Buffer.from('\n')])
  let length = body.length + 1
  while (String(length).length + body.length !== length) length = String(length).length + body.length
  return Buffer.concat([Buffer.from(String(length)), body])
}

/**
 * The header of an entry: one ustar block, before it a PAX extended header where a name, number or attribute does not
 * fit. Source: POSIX.1-2017 pax; `SCHILY.xattr.` of star, as image-spec layer.md asks.
 */
export function encodeHeader(entry: TarEntry): Buffer {
  const name = entry.type === 'directory' ? Buffer.concat([entry.path, Buffer.from('/')]) : entry.path
  const link = entry.target ?? Buffer.alloc(0)
  const records: Buffer[] = []
  const number = (key: string, value: number, limit: number): number => {
    if (value <= limit) return value
    records.push(record(key, String(value)))
    return 0
  }
  if (name.length > 100) records.push(record('path', name))
  if (link.length > 100) records.push(record('linkpath', link))
  const fields: Fields = {
    name,
    type: typeFlags[entry.type],
    mode: entry.mode,
    uid: number('uid', entry.uid, 0o7777777),
    gid: number('gid', entry.gid, 0o7777777),
    size: number('size', entry.size, 0o77777777777),
    mtime: number('mtime', Math.max(0, entry.mtime), 0o77777777777),
    link,
    major: entry.major ?? 0,
    minor: entry.minor ?? 0,
  }
  for (const [key, value] of entry.xattrs ?? []) records.push(record(`SCHILY.xattr.${key}`, value))
  if (records.length === 0) return ustar(fields)
  const pax = Buffer.concat(records)
  const none = Buffer.alloc(0)
  const extended = ustar({
    ...{ name: Buffer.concat([Buffer.from('PaxHeaders/'), name]), type: 'x', mode: 0o644, uid: 0, gid: 0 },
    ...{ size: pax.length, mtime: fields.mtime, link: none, major: 0, minor: 0 },
  })
  return Buffer.concat([extended, pax, tarPadding(pax.length), ustar(fields)])
}
