import { checkConsole } from './context.js'

describe('a terminal and the socket for it', () => {
  it.each<[string | undefined, boolean, boolean]>([
    [undefined, false, false],
    [undefined, false, true],
    [undefined, true, false],
    ['/s', true, true],
  ])('with socket %s, terminal %s, detached %s are allowed', (socket, terminal, detached) => {
    expect(() => checkConsole(socket, terminal, detached)).not.toThrow()
  })
  it.each<[string | undefined, boolean, boolean, string]>([
    [undefined, true, true, 'needs --console-socket'],
    ['/s', false, true, 'needs a terminal'],
    ['/s', false, false, 'needs a terminal'],
    ['/s', true, false, 'needs --detach'],
  ])('with socket %s, terminal %s, detached %s are refused', (socket, terminal, detached, words) => {
    expect(() => checkConsole(socket, terminal, detached)).toThrow(
      expect.objectContaining({ code: 'ERR_USAGE', message: expect.stringContaining(words) }),
    )
  })
})
