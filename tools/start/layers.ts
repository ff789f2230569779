import { join } from 'node:path'
import { putFile, writeBusybox } from '@cofferdam/testing'

const page = '<!doctype html>\n<title>cofferdam</title>\n<h1>Served from inside a container</h1>\n'

// The first process of a pid namespace gets only the signals that it handles, so the shell stays and passes TERM on.
const serve = `#!/bin/sh
trap 'kill "$server"; exit 0' TERM
httpd -f -v -p "$PORT" -h /srv/www &
server=$!
echo "listening on port $PORT"
wait "$server"
`

/** Writes the image's three layers below `directory`, the lowest first: the shell, the service, the site. */
export async function writeLayers(directory: string): Promise<string[]> {
  const [shell, service, site] = [
    join(directory, 'shell'),
    join(directory, 'service'),
    join(directory, 'site'),
  ]
  await writeBusybox(shell)
  await putFile(service, 'bin/serve', serve, 0o755)
  await putFile(site, 'srv/www/index.html', page)
  return [shell, service, site]
}

/** How containers of the image are run. */
export const imageConfig = {
  Env: ['PATH=/bin', 'PORT=8080'],
  User: 'www',
  WorkingDir: '/srv/www',
  Cmd: ['serve'],
  StopSignal: 'SIGTERM',
}
