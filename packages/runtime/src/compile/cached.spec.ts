import fc from 'fast-check'
import { encodePlan } from '@cofferdam/process'
import { defaultSpec } from '../spec/default.js'
import { planWithNetns, readyPlan } from './cached.js'
import type { CompileContext } from './context.js'
import { compilePlan } from './plan.js'

const fd = fc.integer({ min: 3, max: 6 })
const contexts: fc.Arbitrary<CompileContext> = fc.record({
  id: fc.constantFrom('one', 'two'),
  bundle: fc.constantFrom('/', '/bundle'),
  rootfs: fc.oneof(fc.record({ fd }), fc.constant({ path: '/bundle/rootfs' })),
  namespaces: fc.oneof(fc.constant({}), fc.record({ ipc: fd, uts: fd })),
  cgroup: fc.oneof(
    fc.constant({ tasks: [], layout: { kind: 'v2' as const } }),
    fc.record({
      fd,
      tasks: fc.array(fc.record({ name: fc.constantFrom('cpu', 'memory'), fd }), { maxLength: 2 }),
      layout: fc.constant({ kind: 'v2' as const }),
    }),
  ),
  stdio: fc.oneof(
    fc.record({ kind: fc.constant('fds' as const), fds: fc.array(fd, { minLength: 3, maxLength: 3 }) }),
    fc.record({ kind: fc.constant('pty' as const), columns: fc.constantFrom(80, 132) }),
  ),
  start: fc.oneof(fc.constant('at-once' as const), fc.record({ fd })),
  home: fc.constantFrom('/root', '/'),
  init: fc.boolean(),
  extraFds: fc.array(fd, { maxLength: 2 }),
})

const spec = () => {
  const { linux, ...rest } = defaultSpec()
  const namespaces = linux?.namespaces?.filter(({ type }) => type !== 'ipc' && type !== 'uts') ?? []
  const mounts = [...(rest.mounts ?? []), { destination: '/m', source: 'm', options: ['bind'] }]
  const process = { cwd: '/', args: ['true'] }
  return { ...rest, process, mounts, linux: { ...linux, namespaces } }
}

describe('readyPlan', () => {
  it('gives what compiling anew gives, whatever was compiled before', () => {
    const same = spec()
    const keys = Object.keys(fc.sample(contexts, 1)[0] as CompileContext) as (keyof CompileContext)[]
    fc.assert(
      fc.property(contexts, contexts, fc.constantFrom(...keys), (first, other, key) => {
        readyPlan(same, first)
        const context = { ...first, [key]: other[key] }
        const { bytes, fds } = readyPlan(same, context).plan.encode({ reportPid: true })
        const fresh = encodePlan(compilePlan(spec(), context).plan, { reportPid: true })
        expect(fds).toEqual(fresh.fds)
        expect(bytes.equals(fresh.bytes)).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })

  it('compiles once for launches that differ in descriptors', () => {
    const same = spec()
    const context = fc.sample(contexts, 1)[0] as CompileContext
    const stdio = (first: number): CompileContext => ({
      ...context,
      namespaces: {},
      cgroup: { tasks: [], layout: { kind: 'v2' } },
      rootfs: { path: '/r' },
      start: 'at-once',
      extraFds: [],
      stdio: { kind: 'fds', fds: [first, first + 1, first + 1] },
    })
    const one = readyPlan(same, stdio(20)).plan
    const two = readyPlan(same, stdio(30)).plan
    expect(two.plan).toBe(one.plan)
    expect(one.encode().bytes).toBe(two.encode().bytes)
    expect([one.encode().fds, two.encode().fds]).toEqual([
      [20, 21],
      [30, 31],
    ])
  })

  it('compiles each plan of a specification with hooks', () => {
    const same = { ...spec(), hooks: { startContainer: [{ path: '/hook' }] } }
    const context = fc.sample(contexts, 1)[0] as CompileContext
    expect(readyPlan(same, context).plan.plan).not.toBe(readyPlan(same, context).plan.plan)
  })
})

describe('planWithNetns', () => {
  it('gives what is compiled with the network namespace, given or promised, again and again', async () => {
    const same = spec()
    await fc.assert(
      fc.asyncProperty(contexts, fc.constantFrom(98, 99, undefined), async (context, network) => {
        const namespaces = network === undefined ? context.namespaces : { ...context.namespaces, network }
        const fresh = encodePlan(compilePlan(spec(), { ...context, namespaces }).plan, { reportPid: true })
        for (const given of [network, Promise.resolve(network)]) {
          const { plan } = await planWithNetns(same, given, context)
          expect(plan.encode({ reportPid: true })).toEqual(fresh)
        }
      }),
      { numRuns: 300 },
    )
  })
})
