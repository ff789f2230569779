import { render } from './template.js'

const value = {
  id: 'abc',
  labels: { team: 'a' },
  ports: [{ host: 80 }],
  started: new Date(0),
  signal: null,
  address: undefined,
}

it.each([
  ['{{.id}} {{ .labels.team }}', 'abc a'],
  ['{{json .id}}', '"abc"'],
  ['{{.ports}} {{.ports.0.host}}', '[{"host":80}] 80'],
  ['{{.started}}', '1970-01-01T00:00:00.000Z'],
  ['{{.signal}}{{.address}}', ''],
  ['{{json .signal}}', 'null'],
  ['{{json .labels}}', '{"team":"a"}'],
  ['no field', 'no field'],
])('%p', (template, expected) => {
  expect(render(template, value)).toBe(expected)
})

it.each(['{{.State.Status}}', '{{range .ports}}', '{{.id.length}}', '{{.toString}}', '{{.ports.length}}'])(
  'refuses %p',
  (template) => {
    expect(() => render(template, value)).toThrow(
      expect.objectContaining({ code: 'commander.invalidArgument' }),
    )
  },
)
