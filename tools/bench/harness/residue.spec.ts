import { added } from './residue.ts'

it('counts equal entries', () => {
  expect(added(['pipe', 'socket'], ['socket', 'pipe', 'pipe'])).toEqual(['pipe'])
  expect(added(['pipe', 'pipe'], ['pipe'])).toEqual([])
})
