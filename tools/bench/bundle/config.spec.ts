import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type CapabilityName, defaultProfile } from '@cofferdam/security'
import type { Config } from './config.ts'

it('has the default seccomp profile of this version: else run node tools/bench/bundle/refresh.ts', () => {
  const config = JSON.parse(readFileSync(join(__dirname, 'config.json'), 'utf8')) as Config
  const capabilities = config.process.capabilities.bounding as CapabilityName[]
  const profile = defaultProfile({ capabilities, architecture: 'x86_64' })
  expect(config.linux.seccomp).toEqual(JSON.parse(JSON.stringify(profile)))
})
