import { readFile } from 'node:fs/promises'

/** The first `ts` block of a README; undefined where it has none. */
export async function readmeExample(path: string): Promise<string | undefined> {
  const text = await readFile(path, 'utf8')
  return /^```ts\n([\s\S]*?)^```$/m.exec(text)?.[1]
}
