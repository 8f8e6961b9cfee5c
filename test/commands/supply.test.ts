import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { parse } from 'yaml'
import {
  judgeAudit,
  judgeLicences,
  missingFrom,
  notShipped,
  permits,
  SupplyRules,
} from '../../server/commands/supply/rules.ts'

const ROOT = join(import.meta.dirname, '../..')
const rules = SupplyRules.parse(parse(readFileSync(join(ROOT, 'config/supply.yaml'), 'utf8')))
const component = (name: string, licence?: string) => ({
  name,
  version: '1.0.0',
  purl: `pkg:npm/${name}@1.0.0`,
  ...(licence === undefined ? {} : { licenses: [{ expression: licence }] }),
})
const judged = (...components: ReturnType<typeof component>[]) =>
  judgeLicences({ components }, rules, new Set(['builder@1.0.0'])).map(({ why, licence }) => `${why} ${licence}`)

describe('licences', () => {
  test.each([
    ['MIT', true],
    ['(MIT OR GPL-3.0-only)', true],
    ['MIT AND GPL-3.0-only', false],
    ['GPL-3.0-only OR MIT AND ISC', true],
    ['(GPL-3.0-only OR MIT) AND AGPL-3.0-only', false],
    ['Apache-2.0 WITH LLVM-exception', false],
    ['GPL-2.0-only', false],
  ])('%s', (expression, allowed) => expect(permits(expression, new Set(rules.allow))).toBe(allowed))
  test.each(['', '(MIT', 'MIT)', 'MIT OR', 'MIT ISC', '()'])('%j is no expression', (text) =>
    expect(() => permits(text, new Set(['MIT', 'ISC']))).toThrow('写法有误'),
  )
  it('an OR needs one side, an AND both', () => {
    const side = fc.constantFrom('MIT', 'ISC', 'GPL-3.0-only')
    const allowed = new Set(['MIT', 'ISC'])
    fc.assert(
      fc.property(side, side, (a, b) => {
        expect(permits(`${a} OR ${b}`, allowed)).toBe(allowed.has(a) || allowed.has(b))
        expect(permits(`${a} AND (${b})`, allowed)).toBe(allowed.has(a) && allowed.has(b))
      }),
    )
  })
  it('what is silent or strange is named; what only builds may have more; exceptions are by name', () => {
    expect(judged(component('quiet'))).toEqual(['no-licence '])
    expect(judged(component('strange', 'SSPL-1.0'))).toEqual(['not-allowed SSPL-1.0'])
    expect(judged(component('builder', 'MPL-2.0'), component('fine', 'MIT'))).toEqual([])
    expect(judged(component('shipped', 'MPL-2.0'))).toEqual(['not-allowed MPL-2.0'])
    expect(judged(component('png-js'))).toEqual([])
  })
})

it('what ships in one place is shipped, though another place has it for building only', () => {
  const lock = {
    'node_modules/a': { version: '1.0.0', dev: true },
    'node_modules/b': { version: '1.0.0', devOptional: true },
    'node_modules/c': { version: '1.0.0' },
    'node_modules/x/node_modules/c': { version: '1.0.0', dev: true },
  }
  expect([...notShipped(lock)]).toEqual(['a@1.0.0', 'b@1.0.0'])
})

it('what is locked and not in the bill is named; another platform’s part is not', () => {
  const lock = {
    '': { version: '1.0.0' },
    'node_modules/a': { version: '1.0.0' },
    'node_modules/a/node_modules/@s/b': { version: '2.0.0' },
    'node_modules/other-platform': { version: '1.0.0', optional: true },
  }
  expect(missingFrom({ components: [component('a', 'MIT')] }, lock)).toEqual(['@s/b@2.0.0'])
})

describe('vulnerabilities', () => {
  const report = (severity: string) => ({
    metadata: { vulnerabilities: { [severity]: 1 } },
    vulnerabilities: { bad: { severity } },
  })
  test.each([
    ['critical', 1],
    ['high', 1],
    ['moderate', 0],
    ['low', 0],
  ])('%s', (severity, found) =>
    expect(judgeAudit(report(severity), 'high')).toMatchObject({ kind: 'checked', found: { length: found } }),
  )
  test.each([[undefined], [{ message: '405 Method Not Allowed', statusCode: 405 }], ['text'], [{}]])(
    'no report is no check: %j',
    (answer) => expect(judgeAudit(answer, 'high').kind).toBe('unchecked'),
  )
})
