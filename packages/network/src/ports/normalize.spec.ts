import { normalizePorts } from './normalize.js'

const refuses = (code: string, act: () => unknown) => expect(act).toThrow(expect.objectContaining({ code }))

describe('ports', () => {
  it('takes numbers, texts and objects', () => {
    expect(normalizePorts([80, '127.0.0.1:8080:81/udp', { container: 82, host: 8082 }])).toEqual([
      { container: 80, host: 0, hostIp: '0.0.0.0', protocol: 'tcp' },
      { container: 81, host: 8080, hostIp: '127.0.0.1', protocol: 'udp' },
      { container: 82, host: 8082, hostIp: '0.0.0.0', protocol: 'tcp' },
    ])
  })
  it.each([[0], [70000], [1.5], ['x'], [{ container: 80, hostIp: 'a' }]])('refuses %p', (port) =>
    refuses('ERR_INVALID_PORT', () => normalizePorts([port])),
  )
  it('refuses one host port twice, not one container port', () => {
    refuses('ERR_INVALID_PORT', () => normalizePorts(['8080:80', '8080:81']))
    expect(normalizePorts([80, { container: 80, host: 8080 }])).toHaveLength(2)
  })
})
