import { Turns } from './turns.js'

/** Counts the event loop's turns while `act` runs. */
async function counting<T>(act: (turn: () => number) => Promise<T>): Promise<T> {
  let turns = 0
  const tick = (): void => {
    turns++
    immediate = setImmediate(tick)
  }
  let immediate = setImmediate(tick)
  try {
    return await act(() => turns)
  } finally {
    clearImmediate(immediate)
  }
}

it('begins one start of a burst in each turn of the event loop, in their order', async () => {
  const turns = new Turns()
  const begun = await counting(async (turn) => {
    const seen: { start: number; turn: number }[] = []
    const begin = async (start: number): Promise<void> => {
      await turns.take()
      seen.push({ start, turn: turn() })
    }
    await Promise.all([1, 2, 3, 4].map(begin))
    return seen
  })
  expect(begun.map(({ start }) => start)).toEqual([1, 2, 3, 4])
  expect(begun.map(({ turn }) => turn)).toEqual([0, 1, 2, 3])
})

it('does not make a start wait that comes alone', async () => {
  const turns = new Turns()
  await counting(async (turn) => {
    for (let i = 0; i < 2; i++) {
      const before = turn()
      await turns.take()
      expect(turn()).toBe(before)
      while (turn() < before + 2) await new Promise((resolve) => setImmediate(resolve))
    }
  })
})
