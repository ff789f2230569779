import { Transform } from 'node:stream'

const CTRL_P = 0x10
const CTRL_Q = 0x11

/** Passes input on until ctrl-p ctrl-q comes, which calls `leave` and is not passed on; Docker's `--detach-keys`. */
export function detachKeys(leave: () => void): Transform {
  let held = false
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const out: number[] = []
      for (const byte of chunk) {
        if (held && byte === CTRL_Q) {
          held = false
          leave()
          break
        }
        if (held) out.push(CTRL_P)
        held = byte === CTRL_P
        if (!held) out.push(byte)
      }
      done(null, Buffer.from(out))
    },
    flush(done) {
      done(null, held ? Buffer.from([CTRL_P]) : undefined)
    },
  })
}
