import { Writable } from 'node:stream'

/** A stream that writes whole lines to another, each with a prefix. */
export function prefixed(target: Writable, prefix: string): Writable {
  let rest = ''
  return new Writable({
    decodeStrings: true,
    write(chunk: Buffer, _encoding, done) {
      const lines = (rest + chunk.toString()).split('\n')
      rest = lines.pop()!
      for (const line of lines) target.write(`${prefix}${line}\n`)
      done()
    },
    final(done) {
      if (rest !== '') target.write(`${prefix}${rest}\n`)
      done()
    },
  })
}
