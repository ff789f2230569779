import type { Container } from './container/container.js'
import { awaitReady } from './ready.js'

it('is not waited for once the signal has aborted, and asks nothing then', async () => {
  const never = () => new Promise<never>(() => undefined)
  const container = { name: 'one', id: 'a1', exit: never } as unknown as Container
  const asked = jest.fn(never)
  const signal = AbortSignal.abort(new Error('over'))
  await expect(awaitReady(container, asked, 60_000, signal)).rejects.toThrow('over')
  expect(asked).not.toHaveBeenCalled()
})
