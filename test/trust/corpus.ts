/** Fires when a browser runs what somebody stored; `data-canary` shows in the page when a tag came to life without running. */
export const CANARY = '__sanlingCanary'
const fire = (n: number) => `globalThis.${CANARY}=${n}`

/** Texts that mean something to somebody: HTML, SQL, InfluxQL, a shell, a template, a spreadsheet, a header, a path. */
export const HOSTILE: readonly string[] = [
  `<img src=x data-canary onerror="${fire(1)}">`,
  `"><svg data-canary onload=${fire(2)}></svg><script data-canary>${fire(3)}</script>`,
  `</textarea></title></script><iframe data-canary srcdoc="<script>parent.${CANARY}=4</script>">`,
  `javascript:${fire(5)}//'";`,
  `' onmouseover='${fire(6)}' data-canary x='`,
  `' OR '1'='1'; DROP TABLE alert; --`,
  `1); SELECT pg_sleep(9); --`,
  `"; DROP MEASUREMENT access_event; SELECT * FROM "x" WHERE a =~ /.*/ --`,
  'a,host=b value=1 1\nmeasure,t=1 v=2',
  'x\r\nSet-Cookie: canary=1\r\n\r\n<html data-canary>',
  `{{constructor.constructor('${fire(7)}')()}} \${7*7} #{7*7} <%= 7*7 %>`,
  `\${jndi:ldap://127.0.0.1/a} %{(#a=1)} [[7*7]]`,
  '../../../../../../etc/passwd\u0000.xlsx',
  '..\\..\\windows\\win.ini',
  '$(touch /tmp/canary) `touch /tmp/canary` ; touch /tmp/canary | cat & touch /tmp/canary',
  '*)(uid=*))(|(uid=*',
  '__proto__',
  '{"$gt":"","$where":"sleep(9000)"}',
  `=cmd|' /C calc'!A0`,
  '@SUM(1+9)*cmd|calc!A0',
  '\t=HYPERLINK("http://127.0.0.1:9/","x")',
  '%s%n%x%0d%0aLocation:%20http://evil.example',
  '\u202e\ufeff\u0007\u0000\u001b[2J\u2028',
  '\ud800 \udc00 𠮷\u0301\u0301\u0301',
  'A'.repeat(4000),
]

/** JSON documents that break what reads them carelessly. */
export const BROKEN: readonly (string | Uint8Array)[] = [
  '',
  'null',
  '[]',
  '"text"',
  '{',
  '{"v":1,"v":2}',
  '{"a":1e400,"b":-1e400}',
  `{"n":${'9'.repeat(400)}}`,
  `{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`,
  `${'{"a":'.repeat(8000)}1${'}'.repeat(8000)}`,
  '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}',
  '\ufeff{}',
  '{"a":NaN}',
  '{"a":"\\ud800"}',
  "{'a':1}",
  `{"a":[${'0,'.repeat(20_000)}0]}`,
  Buffer.from('{"a":"\xff\xfe\xc0\x80"}', 'latin1'),
  Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0]),
  Buffer.alloc(2000, 0),
]

type Schema = {
  type?: string | string[]
  enum?: unknown[]
  const?: unknown
  properties?: Record<string, Schema>
  items?: Schema
  anyOf?: Schema[]
  oneOf?: Schema[]
  allOf?: Schema[]
  minItems?: number
  minimum?: number
  maximum?: number
  minLength?: number
  maxLength?: number
  pattern?: string
  format?: string
  additionalProperties?: Schema | boolean
}

/** A value that fits a schema, as far as one can tell, with hostile texts wherever a text may stand. */
export function hostileValue(schema: Schema | undefined, text: () => string, depth = 0): unknown {
  if (!schema || depth > 6) return text()
  if (schema.const !== undefined) return schema.const
  if (schema.enum) return schema.enum[0]
  const choice = schema.anyOf ?? schema.oneOf ?? schema.allOf
  if (choice) return hostileValue(choice[0], text, depth + 1)
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type
  if (type === 'object') return hostileObject(schema, text, depth)
  if (type === 'array')
    return Array.from({ length: Math.max(1, schema.minItems ?? 1) }, () => hostileValue(schema.items, text, depth + 1))
  if (type === 'integer' || type === 'number') return Math.max(1, schema.minimum ?? 1)
  if (type === 'boolean') return true
  if (type === 'null') return null
  return hostileText(schema, text)
}

function hostileObject(schema: Schema, text: () => string, depth: number): Record<string, unknown> {
  const known = Object.entries(schema.properties ?? {}).map(([key, of]) => [key, hostileValue(of, text, depth + 1)])
  return known.length > 0 ? Object.fromEntries(known) : { [text().slice(0, 40)]: text() }
}

/** Dates must be dates to get in at all; everything else is what we want to see inside. */
function hostileText({ format, pattern, minLength = 0, maxLength = 4000 }: Schema, text: () => string): string {
  if (format === 'date' || /\\d\{4\}-\\d\{2\}-\\d\{2\}/.test(pattern ?? '')) return '2026-11-24'
  if (format === 'date-time') return '2026-11-24T09:00:00+08:00'
  const value = text()
  return (value.length < minLength ? value.padEnd(minLength, 'x') : value).slice(0, maxLength)
}
