/** Runs inside a network namespace and obeys lines of JSON: listens, connects, sends. */
import { createSocket } from 'node:dgram'
import { createConnection, createServer } from 'node:net'
import { createInterface } from 'node:readline'

const name = process.argv[2]
const patience = 700

const verbs = {
  listen: ({ port, address = '0.0.0.0' }) =>
    new Promise((resolve) => {
      const server = createServer((socket) => {
        socket.on('error', () => {})
        socket.end(JSON.stringify({ name, from: socket.remoteAddress }))
      })
      server.on('error', (error) => resolve(error.code))
      server.listen(port, address, () => resolve('listening'))
    }),
  tcp: ({ host, port }) =>
    new Promise((resolve) => {
      let text = ''
      const socket = createConnection({ host, port })
      socket.setTimeout(patience, () => socket.destroy(Object.assign(new Error(), { code: 'no answer' })))
      socket.on('data', (chunk) => (text += chunk))
      socket.on('error', (error) => resolve(error.code))
      socket.on('close', () => resolve(text === '' ? 'closed' : JSON.parse(text)))
    }),
  udpListen: ({ port }) =>
    new Promise((resolve) => {
      const socket = createSocket('udp4')
      socket.on('message', (_, from) =>
        socket.send(JSON.stringify({ name, from: from.address }), from.port, from.address),
      )
      socket.bind(port, () => resolve('listening'))
    }),
  udp: ({ host, port, source = 0 }) =>
    new Promise((resolve) => {
      const socket = createSocket('udp4')
      const end = (answer) => {
        clearTimeout(timer)
        socket.close(() => resolve(answer))
      }
      const timer = setTimeout(() => end('no answer'), patience)
      socket.on('error', (error) => end(error.code))
      socket.on('message', (text) => end(JSON.parse(text.toString())))
      socket.bind(source, () => socket.send('?', port, host))
    }),
}

createInterface({ input: process.stdin }).on('line', async (line) => {
  const { id, verb, ...options } = JSON.parse(line)
  process.stdout.write(`${JSON.stringify({ id, answer: await verbs[verb](options) })}\n`)
})
