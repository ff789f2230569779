import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { requires, tempDir } from '@cofferdam/testing'
import { LayerUnpack, confinedStarter } from '../../src/index.js'

const { describe } = requires({ root: true, commands: ['gcc'] })
const native = join(__dirname, '../../../sys/native/layer')

/** The real program, with attempts to get out made by a thread of it once it is confined. */
function buildEscaping(target: string): void {
  const sources = readdirSync(native).filter((name) => name.endsWith('.c'))
  execFileSync('gcc', [
    ...['-std=gnu11', '-O2', '-static', '-pthread', '-DLAYER_ESCAPE_TEST', '-o', target],
    ...sources.map((name) => join(native, name)),
    ...[join(__dirname, '../native/escape.c'), '-lz', '-lzstd'],
  ])
}

describe('the unpacker', () => {
  it('cannot reach out of its directory', async () => {
    await using dir = await tempDir('escape')
    const program = dir.join('layer')
    buildEscaping(program)
    mkdirSync(dir.join('root'))
    symlinkSync('/etc', dir.join('root', 'planted'))
    writeFileSync(dir.join('blob'), Buffer.alloc(1024))
    await using blob = await open(dir.join('blob'))
    await using root = await open(dir.join('root'), constants.O_RDONLY | constants.O_DIRECTORY)
    const starter = confinedStarter({ program })
    const unpack = await LayerUnpack.start(blob.fd, root.fd, { starter })
    await expect(unpack.end(1024)).rejects.toMatchObject({
      code: 'ERR_LAYER_PROGRAM',
      message: expect.stringMatching(/SIGSYS/),
    })
    const attempts = readFileSync(dir.join('root', 'attempts'), 'utf8').trim().split('\n')
    // The socket has no line: its call ended the process.
    expect(attempts).toEqual([
      'passwd ENOENT',
      'dots ENOENT',
      'planted ENOENT',
      'proc ENOENT',
      ...attempts.filter((line) => line === 'upwards ENOENT'),
      'device SUCCEEDED',
      'open-device EACCES',
    ])
  })
})
