import { type MountEntry, mountOps } from './mounts.js'

const refusal = (entry: Partial<MountEntry>) => {
  try {
    return mountOps({ destination: '/data', type: 'tmpfs', ...entry })
  } catch (error) {
    return (error as { code: string }).code
  }
}

it('mounts that are not possible yet, or never, are refused before anything is touched', () => {
  const mappings = [{ containerID: 0, hostID: 1000, size: 1 }]
  expect(refusal({ options: ['tmpcopyup'] })).toBe('ERR_UNSUPPORTED_MOUNT')
  expect(refusal({ options: ['rbind', 'ridmap'], source: '/srv' })).toBe('ERR_UNSUPPORTED_MOUNT')
  expect(refusal({ options: ['rbind'], source: '/srv', uidMappings: mappings })).toBe('ERR_UNSUPPORTED_MOUNT')
  expect(refusal({ destination: '/' })).toBe('ERR_INVALID_MOUNT')
  expect(refusal({ uidMappings: [] })).toMatchObject({ ops: expect.any(Array) })
})
