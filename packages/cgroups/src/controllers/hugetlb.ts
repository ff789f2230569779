import { limitError } from '../error.js'
import type { CgroupResources } from '../resources.js'
import { integer } from './check.js'
import type { Controller, FileWrite } from './controller.js'

function writes({ hugepageLimits = [] }: CgroupResources, suffix: string): FileWrite[] {
  return hugepageLimits.flatMap(({ pageSize, limit }, index) => {
    if (!/^[1-9]\d*[KMG]B$/.test(pageSize))
      throw limitError(
        `hugepageLimits[${index}].pageSize`,
        `not a size like 2MB: ${JSON.stringify(pageSize)}`,
      )
    const value = String(integer(limit, `hugepageLimits[${index}].limit`))
    const file = (middle: string) => `hugetlb.${pageSize}${middle}.${suffix}`
    // Reservations are limited too (Linux 5.7), or a process dies of SIGBUS at first touch.
    return [
      { controller: 'hugetlb', file: file('.rsvd'), value, optional: true },
      { controller: 'hugetlb', file: file(''), value },
    ]
  })
}

/** Huge pages. */
export const hugetlb: Controller = {
  v1: (resources) => writes(resources, 'limit_in_bytes'),
  v2: (resources) => writes(resources, 'max'),
  needs: ({ hugepageLimits = [] }) => (hugepageLimits.length > 0 ? ['hugetlb'] : []),
}
