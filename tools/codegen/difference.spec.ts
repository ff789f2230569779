import { firstDifference } from './difference.ts'

describe('firstDifference', () => {
  it('names the first line that differs', () => {
    expect(firstDifference('a\nb\nc', 'a\nB\nc')).toBe('differs at line 2:\n  - b\n  + B')
    expect(firstDifference('a\nb', 'a')).toBe('differs at line 2:\n  - b\n  + end of file')
    expect(firstDifference('a', 'a\nb')).toBe('differs at line 2:\n  - end of file\n  + b')
    expect(firstDifference(undefined, 'a')).toBe('is missing')
  })
})
