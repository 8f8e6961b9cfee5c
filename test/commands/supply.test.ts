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
import { foldersOf, type Lock, shippedFolders } from '../../server/commands/supply/shipped.ts'

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

describe('what goes to the office', () => {
  const lock: Lock = {
    '': { version: '1.0.0' },
    'node_modules/a': { version: '1.0.0', dependencies: { c: '*', gone: '*' } },
    'node_modules/a/node_modules/c': { version: '2.0.0', dependencies: { d: '*' }, optionalDependencies: { a: '*' } },
    'node_modules/c': { version: '1.0.0' },
    'node_modules/d': {
      version: '1.0.0',
      peerDependencies: { must: '*', may: '*' },
      peerDependenciesMeta: { may: { optional: true } },
    },
    'node_modules/must': { version: '1.0.0' },
    'node_modules/may': { version: '1.0.0' },
    'node_modules/@s/b': { version: '1.0.0' },
  }
  it('is resolved as npm does: the nearest one upwards, rings and missing ones included', () => {
    expect(foldersOf(lock, ['a'])).toEqual(['a', 'a/node_modules/c', 'd', 'must'].map((path) => `node_modules/${path}`))
    expect(notShipped(lock, foldersOf(lock, ['a', '@s/b']))).toEqual(new Set(['@1.0.0', 'c@1.0.0', 'may@1.0.0']))
  })
  it('holds every production package that a room of the server imports, and nothing to build with', () => {
    const shipped = shippedFolders(ROOT)
    for (const name of ['node', 'koa', 'helmet', 'kysely', 'socket.io', 'zod', 'mqtt', 'pg', 'influx'])
      expect(shipped).toContain(`node_modules/${name}`)
    for (const name of ['vite', 'typescript', 'vitest', 'lightningcss', 'vue', 'echarts'])
      expect(shipped).not.toContain(`node_modules/${name}`)
  })
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
