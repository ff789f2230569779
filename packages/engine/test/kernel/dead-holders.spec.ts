import { requires } from '@cofferdam/testing'
import { engineHost, type Host } from '../support/host.js'
import { busybox } from '../support/image.js'

const { describe } = requires({ root: true, network: true, files: [busybox] })

describe('an engine that stays open', () => {
  let host: Host
  beforeAll(async () => (host = await engineHost()))
  afterAll(() => host[Symbol.asyncDispose]())

  it('takes the names and ports of containers whose owner has died, and starts and removes them again', async () => {
    const result = await host.run(`
      const other = spawnScript(root, \`
        const options = { command: ['sleep', '60'] }
        await engine.start(plain, { ...options, name: 'named' })
        await engine.start(plain, { ...options, name: 'renamed' })
        await engine.start(plain, { ...options, name: 'published', ports: ['18080:80'] })
        await engine.start(plain, { ...options, name: 'port', ports: ['18081:80'], autoRemove: false })
        await engine.start(plain, { ...options, name: 'kept', autoRemove: false })
        await engine.start(plain, { ...options, name: 'again', autoRemove: false })
        say('started')\`)
      await said(other).next()
      other.kill('SIGKILL')
      await new Promise((resolve) => other.once('exit', resolve))
      const taken = [
        await engine.run(plain, ['true'], { name: 'named' }),
        await engine.run(plain, ['true'], { ports: ['127.0.0.1:18080:80'] }),
        await engine.run(plain, ['true'], { ports: ['18081:80'] }),
      ].map(({ exitCode }) => exitCode)
      const stays = await fails(engine.run(plain, ['true'], { name: 'port' }))
      await engine.rename('port', 'renamed')
      const again = await engine.restart('again')
      await again.remove({ force: true })
      await engine.get('kept').remove()
      await engine.get('renamed').remove()
      return { taken, stays, names: engine.list({ all: true }).map(({ name }) => name) }`)
    expect(result).toEqual({
      taken: [0, 0, 0],
      stays: expect.objectContaining({ code: 'ERR_NAME_IN_USE' }),
      names: [],
    })
  })
})
