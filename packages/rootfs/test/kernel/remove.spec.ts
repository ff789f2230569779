import { chmodSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { requires, runCommand, tempDir } from '@cofferdam/testing'
import { removeTree } from '../../src/index.js'

const { describe } = requires({ root: true })

describe('removeTree', () => {
  it('removes links, not what they name', async () => {
    await using dir = await tempDir('remove')
    mkdirSync(dir.join('precious'))
    writeFileSync(dir.join('precious', 'file'), 'x')
    mkdirSync(dir.join('tree', 'sub'), { recursive: true })
    symlinkSync(dir.join('precious'), dir.join('tree', 'link'))
    symlinkSync('../../precious', dir.join('tree', 'sub', 'link'))
    chmodSync(dir.join('tree', 'sub'), 0)
    await removeTree(dir.join('tree'))
    expect(readdirSync(dir.path)).toEqual(['precious'])
    expect(existsSync(dir.join('precious', 'file'))).toBe(true)
    symlinkSync(dir.join('precious'), dir.join('top'))
    await removeTree(dir.join('top'))
    expect(readdirSync(dir.join('precious'))).toEqual(['file'])
  })
  it('removes any number and depth', async () => {
    await using dir = await tempDir('remove')
    // Paths as long as this one can only be made from inside.
    const script = `
      const { mkdirSync, writeFileSync } = require('node:fs')
      mkdirSync('wide')
      mkdirSync('deep')
      for (let i = 0; i < 3000; i++) writeFileSync('wide/f' + i, '')
      process.chdir('deep')
      for (let i = 0; i < 3000; i++) {
        mkdirSync('d')
        mkdirSync('x')
        process.chdir('d')
      }`
    await runCommand([process.execPath, '-e', script], { cwd: dir.path }).then((result) => result.ok())
    const before = readdirSync('/proc/self/fd').length
    await Promise.all([removeTree(dir.join('wide')), removeTree(dir.join('deep'))])
    expect(readdirSync(dir.path)).toEqual([])
    // Others of this process may have closed theirs meanwhile.
    expect(readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(before)
  })
  it('takes what is missing as done and names what it cannot remove', async () => {
    await using dir = await tempDir('remove')
    await removeTree(dir.join('none'))
    await removeTree(dir.join('none', 'below'))
    await expect(removeTree('/proc/self')).rejects.toMatchObject({
      code: 'ERR_REMOVE_TREE',
      path: '/proc/self',
    })
  })
})
