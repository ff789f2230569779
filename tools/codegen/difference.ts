/** Where a committed file first differs from its generated text, in words. */
export function firstDifference(old: string | undefined, text: string): string {
  if (old === undefined) return 'is missing'
  const [have, want] = [old.split('\n'), text.split('\n')]
  const line = want.findIndex((content, index) => content !== have[index])
  const at = line === -1 ? want.length : line
  const cut = (content: string | undefined) => (content === undefined ? 'end of file' : content.slice(0, 120))
  return `differs at line ${at + 1}:\n  - ${cut(have[at])}\n  + ${cut(want[at])}`
}
