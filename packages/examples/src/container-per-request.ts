/**
 * A web server that runs the script in each request's body in a container of its own:
 * `node dist/container-per-request.js IMAGE [PORT]`, then `curl --data 'echo hi' http://127.0.0.1:PORT/`.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { isCofferdamError } from '@cofferdam/core'
import { Engine } from '@cofferdam/engine'

const [image = 'busybox:1.37', port = '0'] = process.argv.slice(2)
await using engine = await Engine.open()
await engine.run(image, ['true'], { network: 'none' })

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const gone = new AbortController()
  response.on('close', () => gone.abort())
  const { stdout, stderr, exitCode, signal, timedOut, oomKilled } = await engine.run(image, ['sh'], {
    input: await text(request),
    user: '65534:65534',
    network: 'none',
    readonlyRootfs: true,
    capDrop: ['ALL'],
    limits: { memory: '32MiB', cpus: 0.5, pids: 16 },
    timeout: '2s',
    maxOutput: '64KiB',
    reject: false,
    signal: gone.signal,
  })
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ stdout, stderr, exitCode, signal, timedOut, oomKilled }))
}

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    response.statusCode = 500
    response.end(JSON.stringify({ error: isCofferdamError(error) ? error.code : String(error) }))
  })
})
server.listen(Number(port), '127.0.0.1')
await once(server, 'listening')
console.log(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
server.close()
server.closeAllConnections()
