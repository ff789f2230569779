import { copyFileSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type BlobSink, buildImage, parseReference } from '@cofferdam/image'

/** Debian's busybox-static. */
export const busybox = ['/bin/busybox', '/usr/bin/busybox'].find((path) => existsSync(path)) ?? '/bin/busybox'

/** An image without configuration. */
export const plain = 'local.test/plain:1'
/** An image with user, working directory, environment, entry point, command and stop signal. */
export const configured = 'local.test/configured:1'

const applets =
  'sh ash cat ls id env true false sleep hostname ps grep echo head tail kill touch pwd seq dd stty tty httpd wget ip ' +
  'mount df stat sort wc tr cut yes test mkdir rm chmod chown readlink nc trap uname'

/** A root with busybox, the applets that tests use, and two users. */
export function makeRootfs(path: string): string {
  for (const name of ['bin', 'dev', 'etc', 'proc', 'root', 'srv', 'sys', 'tmp', 'www'])
    mkdirSync(join(path, name), { recursive: true })
  copyFileSync(busybox, join(path, 'bin/busybox'))
  for (const name of applets.split(' ')) symlinkSync('busybox', join(path, 'bin', name))
  writeFileSync(join(path, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\napp:x:1000:1001::/srv:/bin/sh\n')
  writeFileSync(join(path, 'etc/group'), 'root:x:0:\napp:x:1001:\nextra:x:1002:app\n')
  writeFileSync(join(path, 'www/index.html'), 'hello from inside\n')
  return path
}

/** Packs the two images into a sink. */
export async function packImages(sink: BlobSink, rootfs: string): Promise<void> {
  const layers = [{ directory: rootfs }]
  await buildImage(sink, { layers, reference: parseReference(plain) })
  await buildImage(sink, {
    layers,
    reference: parseReference(configured),
    config: {
      User: 'app',
      WorkingDir: '/srv',
      Env: ['GREETING=from the image', 'KEPT=yes'],
      Entrypoint: ['/bin/sh', '-c'],
      Cmd: ['echo default'],
      StopSignal: 'SIGUSR1',
    },
  })
}
