import { runScript } from '@cofferdam/testing'

describe('importing the package', () => {
  it('loads no HTTP client', async () => {
    const script = `
      import '@cofferdam/registry'
      const loaded = process.moduleLoadList.filter((name) => /undici|NativeModule (https?|tls)$/.test(name))
      console.log(JSON.stringify(loaded))`
    expect((await runScript(script)).json()).toEqual([])
  }, 60_000)
})
