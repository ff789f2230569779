/** The texts of `Warning: 299 - "..."` headers; other codes are not for people (distribution-spec, Warnings). */
export function parseWarnings(header: string | undefined): string[] {
  return [...(header ?? '').matchAll(/\b299\s+-\s+"((?:[^"\\]|\\.)*)"/g)].map((match) =>
    (match[1] as string).replace(/\\(.)/g, '$1').slice(0, 1024),
  )
}
