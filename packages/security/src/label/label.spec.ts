import { checkAppArmorProfile, checkSelinuxLabel } from '../index.js'

const invalid = expect.objectContaining({ code: 'ERR_LABEL_INVALID' })

it.each(['docker-default', 'unconfined', ':ns:profile', '/usr/bin/man', 'a//&b'])(
  'takes the AppArmor profile %s',
  (name) => {
    expect(checkAppArmorProfile(name)).toBe(name)
  },
)

it.each(['', ' a', 'a\nexec b', 'a\0b'])('refuses the AppArmor profile %j', (name) => {
  expect(() => checkAppArmorProfile(name)).toThrow(invalid)
})

it.each([
  'system_u:system_r:container_t:s0',
  'system_u:system_r:container_t:s0:c1,c2',
  'a:b:c',
  'u:r:t:s0-s0:c0.c1023',
])('takes the SELinux context %s', (label) => {
  expect(checkSelinuxLabel(label)).toBe(label)
})

it.each(['', 'a:b', 'a:b:c:', 'a b:c:d', 'u:r:t:s0,context=x y', 'u:r:t:s0"'])(
  'refuses the SELinux context %j',
  (label) => {
    expect(() => checkSelinuxLabel(label)).toThrow(invalid)
  },
)
