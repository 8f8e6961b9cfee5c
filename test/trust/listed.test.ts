import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from '../commands/product.ts'
import { ANSWERS } from '../scan/answered.ts'

/** docs/security.md and the tests hold each other: what is listed exists, what is named is listed. */
const page = readFileSync(join(ROOT, 'docs/security.md'), 'utf8')
const rows = page.split('\n').filter((line) => line.startsWith('|'))

test('every place and every test that the page names exists', () => {
  const named = [...page.matchAll(/`((?:test|server|collectors|config|contract|web|docs)\/[\w./-]*)`/g)].map(
    ([, path = '']) => path,
  )
  expect(named.length).toBeGreaterThan(100)
  expect([...new Set(named)].filter((path) => !existsSync(join(ROOT, path)))).toEqual([])
})

test('each requirement stands once, with a test', () => {
  const ids = rows.flatMap((row) => /^\| (v5\.0\.0-\d+\.\d+\.\d+|8\.1\.4\.\d+)/.exec(row)?.[1] ?? [])
  expect(ids.length).toBeGreaterThan(60)
  expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([])
  const bare = rows.filter(
    (row) => /^\| (v5\.0\.0-|8\.1\.4\.)/.test(row) && !/`test\/[\w./-]+\.test\.ts` \|$/.test(`${row}`),
  )
  expect(bare).toEqual([])
})

test('every test that bears the id of a requirement is listed with it', () => {
  const files = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => `test/${name.replaceAll('\\', '/')}`)
  const missing: string[] = []
  let seen = 0
  for (const file of files) {
    const text = readFileSync(join(ROOT, file), 'utf8')
    for (const [, kind, id = ''] of text.matchAll(/\b(asvs|djbh)\(\s*'([\d.]+)'/g)) {
      seen++
      const start = kind === 'asvs' ? `| v5.0.0-${id} |` : `| ${id} `
      if (!rows.some((row) => row.startsWith(start) && row.includes(`\`${file}\``))) missing.push(`${file}: ${id}`)
    }
  }
  expect(seen).toBeGreaterThan(50)
  expect([...new Set(missing)]).toEqual([])
})

test('every answer to a finding of the scanner stands on the page, and no other', () => {
  const told = rows.flatMap((row) => /^\| (S-\d+) \|/.exec(row)?.[1] ?? [])
  expect(told).toEqual(ANSWERS.map(({ id }) => id))
})
