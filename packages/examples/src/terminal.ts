/** Joins this terminal to a shell in a container: `node dist/terminal.js IMAGE`. */
import { Engine } from '@cofferdam/engine'

const image = process.argv[2] ?? 'busybox:1.37'
const { stdin, stdout } = process
const size = () => ({ columns: stdout.columns || 80, rows: stdout.rows || 24 })
await using engine = await Engine.open()
await using shell = await engine.start(image, { command: ['sh'], tty: size(), network: 'none' })

const tty = shell.tty!
if (stdin.isTTY) stdin.setRawMode(true)
stdin.pipe(tty.input)
shell.stdout!.pipe(stdout)
stdout.on('resize', () => tty.resize(size().columns, size().rows))

const { exitCode } = await shell.finished()
if (stdin.isTTY) stdin.setRawMode(false)
stdin.unpipe().destroy()
console.log(`exit code ${exitCode}`)
