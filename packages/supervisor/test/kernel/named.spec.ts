import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { parseMembership } from '@cofferdam/cgroups'
import { requires } from '@cofferdam/testing'
import { leaveNamedHierarchies, pruneNamedHierarchies } from '../../src/monitor/named-hierarchies.js'

const hierarchy = '/sys/fs/cgroup/systemd'
const { describe } = requires({ root: true, files: [`${hierarchy}/cgroup.procs`] })

describe('a hierarchy that only has a name', () => {
  it('has a cgroup for monitors while one is in it', async () => {
    const name = `/cofferdam-monitor-test-${process.pid}`
    const membership = parseMembership('1:name=systemd:/some.service\n')
    const one = spawn('sleep', ['60'], { stdio: 'ignore' })
    let over = false
    const pruning = (async () => {
      for (; !over; await setTimeout(5)) await pruneNamedHierarchies(name)
    })()
    try {
      await leaveNamedHierarchies(one.pid as number, membership, name)
      expect(readFileSync(`/proc/${one.pid}/cgroup`, 'utf8')).toContain(`:name=systemd:${name}\n`)
    } finally {
      one.kill('SIGKILL')
      await once(one, 'exit')
      over = true
      await pruning
    }
    await pruneNamedHierarchies(name)
    expect(existsSync(`${hierarchy}${name}`)).toBe(false)
  })
})
