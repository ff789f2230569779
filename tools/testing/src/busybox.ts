import { execFile } from 'node:child_process'
import { chmod, copyFile, mkdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

/** Where Debian's busybox-static has its one program. */
export const busyboxPath = '/bin/busybox'

/** Writes a file below `root` with the directories it needs. */
export async function putFile(root: string, path: string, text: string, mode = 0o644): Promise<void> {
  const file = join(root, path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text)
  await chmod(file, mode)
}

/**
 * Makes a root file system of busybox in a directory: `/bin` with every applet, the users `root` and `www` (100:101),
 * `/tmp`.
 */
export async function writeBusybox(root: string): Promise<void> {
  const { stdout } = await promisify(execFile)(busyboxPath, ['--list'])
  await mkdir(join(root, 'bin'), { recursive: true })
  await copyFile(busyboxPath, join(root, 'bin/busybox'))
  await chmod(join(root, 'bin/busybox'), 0o755)
  for (const applet of stdout.split('\n').filter((name) => name !== '' && name !== 'busybox')) {
    await symlink('busybox', join(root, 'bin', applet))
  }
  await putFile(root, 'etc/passwd', 'root:x:0:0::/:/bin/sh\nwww:x:100:101::/srv/www:/bin/sh\n')
  await putFile(root, 'etc/group', 'root:x:0:\nwww:x:101:\n')
  await mkdir(join(root, 'tmp'))
  await chmod(join(root, 'tmp'), 0o1777)
}
