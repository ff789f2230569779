import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import fc from 'fast-check'
import {
  CofferdamError,
  Collector,
  DisposeStack,
  abortable,
  destroyLate,
  errnoName,
  errnoNumber,
  formatBytes,
  formatDuration,
  isErrno,
  parseBytes,
  parseDuration,
  syscallError,
} from './index.js'

describe('errors', () => {
  it('names action, object, errno and hint', () => {
    const error = syscallError('mount', -2, { path: '/proc', action: 'mount proc on', hint: 'create it' })
    expect(error.message).toBe('mount proc on /proc: ENOENT: no such file or directory')
    expect(error).toMatchObject({
      code: 'ERR_SYSCALL',
      errno: 'ENOENT',
      syscall: 'mount',
      path: '/proc',
      hint: 'create it',
    })
    expect(error instanceof CofferdamError).toBe(true)
    expect(isErrno(error, 'EPERM', 'ENOENT')).toBe(true)
  })
  it('is recognised by its brand, not its class', () => {
    expect(
      (Object.assign(new Error('x'), { [Symbol.for('cofferdam.error')]: true }) as unknown) instanceof
        CofferdamError,
    ).toBe(true)
    expect(new Error('x') instanceof CofferdamError).toBe(false)
  })
  it('maps names and numbers both ways', () => {
    expect(errnoName(-85)).toBe('ERESTART')
    expect(errnoNumber('ENOENT')).toBe(2)
  })
})

describe('units', () => {
  it.each([
    [64, 64],
    ['64MiB', 67108864],
    ['64m', 67108864],
    ['1.5g', 1610612736],
    ['10kb', 10240],
  ])('parses %p', (text, bytes) => {
    expect(parseBytes(text)).toBe(bytes)
  })
  it.each(['', 'x', '-1', '1 parsec', Number.NaN, -1, '999999999p'])('refuses %p', (text) => {
    expect(() => parseBytes(text)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_BYTES' }))
  })
  it('formats what it parses, within a tenth of the unit', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 50 }),
        (bytes) => Math.abs(parseBytes(formatBytes(bytes)) - bytes) <= bytes / 10,
      ),
    )
  })
  it('parses and formats durations', () => {
    expect(parseDuration('1m30s')).toBe(90_000)
    expect(parseDuration(5)).toBe(5)
    expect(() => parseDuration('5 bananas')).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_DURATION' }),
    )
    expect([formatDuration(1.234), formatDuration(3400), formatDuration(125_000)]).toEqual([
      '1.23 ms',
      '3.4 s',
      '2m 5s',
    ])
  })
})

describe('DisposeStack', () => {
  it('runs in reverse, all of them, once', async () => {
    const seen: number[] = []
    const stack = new DisposeStack()
    stack.defer(() => seen.push(1))
    stack.defer(() => {
      seen.push(2)
      throw new Error('two')
    })
    stack.use({ [Symbol.asyncDispose]: async () => void seen.push(3) })
    await expect(stack.close()).rejects.toThrow('two')
    await stack.close()
    expect(seen).toEqual([3, 2, 1])
  })
  it('moves its steps', async () => {
    const seen: number[] = []
    const stack = new DisposeStack()
    stack.defer(() => seen.push(1))
    const moved = stack.move()
    await stack.close()
    expect(seen).toEqual([])
    await moved.close()
    expect(seen).toEqual([1])
  })
})

it('abortable rejects with the reason', async () => {
  const controller = new AbortController()
  const promise = abortable(new Promise(() => {}), controller.signal)
  controller.abort(new Error('stop'))
  await expect(promise).rejects.toThrow('stop')
})

it('destroyLate waits for those who have still to take what was read', async () => {
  const [held, taken] = [new PassThrough(), new PassThrough()]
  held.write('not taken')
  for (const stream of [held, taken]) destroyLate(stream, 1)
  await once(taken, 'close')
  expect(held.destroyed).toBe(false)
  held.resume()
  await once(held, 'close')
})

it('collects up to a limit and says so once', async () => {
  let overflows = 0
  const collector = new Collector(5, () => overflows++)
  const stream = new PassThrough()
  stream.write('abc')
  stream.write('def')
  stream.end('ghi')
  await collector.read(stream)
  expect([collector.text, collector.overflow, overflows]).toEqual(['abcde', true, 1])
})
