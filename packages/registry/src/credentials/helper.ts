import { execFile } from 'node:child_process'
import { CofferdamError, errorMessage } from '@cofferdam/core'
import { hubKey, normaliseKey, type Credentials } from './credentials.js'

function failed(program: string, host: string, reason: string, cause?: unknown): CofferdamError {
  return new CofferdamError('ERR_CREDENTIAL_HELPER', `${program} get for ${host}: ${reason}`, {
    hint: 'the helper is named by credsStore or credHelpers of the credential file: install it or remove the entry',
    ...(cause === undefined ? {} : { cause }),
  })
}

/**
 * Asks a credential helper: `docker-credential-NAME get`, the host on its standard input. "Credentials not found" is
 * a normal answer, undefined here. Source: github.com/docker/docker-credential-helpers.
 * @throws CofferdamError `ERR_CREDENTIAL_HELPER`
 */
export function askHelper(
  name: string,
  registry: string,
  env: NodeJS.ProcessEnv,
  timeout = 30_000,
): Promise<Credentials | undefined> {
  const host = normaliseKey(registry)
  const program = `docker-credential-${name}`
  if (!/^[\w.-]+$/.test(name)) return Promise.reject(failed(program, host, 'not the name of a helper'))
  return new Promise((resolve, reject) => {
    const child = execFile(program, ['get'], { env, timeout, maxBuffer: 128 * 1024 }, (error, stdout) => {
      if (error !== null) {
        if (/credentials not found|no credentials/i.test(stdout)) return resolve(undefined)
        return reject(failed(program, host, stdout.trim().slice(0, 300) || errorMessage(error), error))
      }
      try {
        const answer = JSON.parse(stdout) as { Username?: unknown; Secret?: unknown }
        if (typeof answer.Username !== 'string' || typeof answer.Secret !== 'string') throw new SyntaxError()
        resolve(
          answer.Username === '<token>'
            ? { identityToken: answer.Secret, source: program }
            : { username: answer.Username, password: answer.Secret, source: program },
        )
      } catch {
        reject(failed(program, host, 'its answer is not understood'))
      }
    })
    // A helper may exit without reading: the EPIPE is no error then.
    child.stdin?.on('error', () => {})
    child.stdin?.end(host === 'docker.io' ? hubKey : host)
  })
}
