import { expect, test } from 'vitest'
import { readSeverity } from '../../../collectors/terminals/cef-parse.ts'

/** ArcSight CEF: Low 0–3, Medium 4–6, High 7–8, Very-High 9–10. */
test.each([
  ['Low', 3, false],
  ['Very-High', 10, false],
  ['very high', 10, false],
  [' 7 ', 7, false],
  ['11', 10, true],
  ['-1', 0, true],
  ['Unknown', undefined, false],
  ['', undefined, false],
  ['constructor', undefined, false],
  ['__proto__', undefined, false],
  ['1e3', undefined, false],
])('severity “%s” is %s', (text, severity, clamped) => {
  expect(readSeverity(text)).toEqual({ severity, clamped })
})
