/** Writes the default seccomp profile of `@cofferdam/security` into the committed config.json. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type CapabilityName, defaultProfile } from '@cofferdam/security'
import type { Config } from './config.ts'

const file = join(import.meta.dirname, 'config.json')
const config = JSON.parse(await readFile(file, 'utf8')) as Config
const capabilities = config.process.capabilities.bounding as CapabilityName[]
config.linux.seccomp = defaultProfile({ capabilities, architecture: 'x86_64' })
await writeFile(file, `${JSON.stringify(config, null, 2)}\n`)
