import type { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'

/** Lines of a stream without their ends (`\n`, `\r\n`); the last one counts even if it has none. */
export async function* readLines(stream: Readable): AsyncGenerator<string, void, undefined> {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  for await (const chunk of stream) {
    rest += typeof chunk === 'string' ? chunk : decoder.write(chunk as Buffer)
    let from = 0
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n', from)) {
      yield rest.slice(from, rest[end - 1] === '\r' && end > from ? end - 1 : end)
      from = end + 1
    }
    rest = rest.slice(from)
  }
  rest += decoder.end()
  if (rest !== '') yield rest
}
