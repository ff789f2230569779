/** Starts a web service in a container, uses it by its published port, and stops it: `node dist/service.js IMAGE`. */
import { Engine, all, logLine, portOpen, tmpfs } from '@cofferdam/engine'

const image = process.argv[2] ?? 'busybox:1.37'
const serve = 'echo "served by $HOSTNAME" >index.html; echo ready; exec httpd -f -v -p 8080'
await using engine = await Engine.open()

await using web = await engine.start(image, {
  command: ['sh', '-c', serve],
  workdir: '/www',
  hostname: 'web',
  volumes: { '/www': tmpfs('16MiB') },
  ports: [8080],
  limits: { memory: '64MiB', pids: 16 },
  init: true,
  ready: all(portOpen(8080), logLine(/ready/)),
  readyTimeout: 10_000,
})
web.on('exit', ({ exitCode, signal }) => console.log('ended:', exitCode ?? signal))

const response = await fetch(`http://127.0.0.1:${web.port(8080)}/`, { headers: { connection: 'close' } })
console.log(response.status, (await response.text()).trim())

const { stdout } = await web.exec(['hostname'])
console.log('asked inside:', stdout.trim())

await web.stop({ timeout: 5_000 })
