import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** An ext4 image of a directory's content with `spare` MiB free, like `mke2fs -t ext4 -d FOLDER IMAGE SIZE`. */
export async function ext4(folder: string, image: string, spare: number): Promise<void> {
  const { stdout } = await run('du', ['--summarize', '--block-size=1M', folder])
  const { stdout: count } = await run('du', ['--summarize', '--inodes', folder])
  const inodes = Number.parseInt(count, 10)
  // An inode takes 256 bytes, and small files end in a half-empty block.
  const size = Math.ceil(Number.parseInt(stdout, 10) * 1.1 + inodes / 1000 + 16 + spare)
  const features = ['-O', '^has_journal,^resize_inode', '-m', '0', '-N', String(inodes + 20_000)]
  const path = `${process.env['PATH']}:/usr/sbin:/sbin`
  await run('mke2fs', ['-q', '-F', '-t', 'ext4', ...features, '-d', folder, image, `${size}M`], {
    env: { ...process.env, PATH: path },
  })
}
