import { checkDocuments } from './documents.ts'

test('links of documents lead somewhere, and READMEs of packages have their form', () => {
  expect(checkDocuments().map(({ file, line, message }) => `${file}:${line}: ${message}`)).toEqual([])
})
