/** Lets the child run what `compileWithProbes` made of the sources, from the directory COFFERDAM_FAULT_COMPILED. */
import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const compiled = process.env.COFFERDAM_FAULT_COMPILED
const { verb } = JSON.parse(process.env.COFFERDAM_FAULT_JOB ?? '{}')
/** Takes the place of the kernel's answer: verbs that end in `-legacy` do without `lowerdir+`. */
const legacy = 'export const probeOverlay = () => ({ lowerdirPlus: false })'

registerHooks({
  load(url, context, next) {
    if (!url.startsWith('file:') || !url.endsWith('.ts')) return next(url, context)
    if (url.endsWith('/rootfs/src/overlay/probe.ts') && verb?.endsWith('-legacy'))
      return { format: 'module', shortCircuit: true, source: legacy }
    const module = join(compiled, `${relative(root, fileURLToPath(url))}.mjs`)
    return { format: 'module', shortCircuit: true, source: readFileSync(module) }
  },
})
