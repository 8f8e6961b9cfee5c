import { expect, test } from 'vitest'
import { countReport, sum } from './count.ts'

const report = (...files: { status: string; tests: string[] }[]): string =>
  JSON.stringify({
    testResults: files.map(({ status, tests }) => ({
      status,
      assertionResults: tests.map((each) => ({ status: each })),
    })),
  })

test.each([
  ['all pass', report({ status: 'passed', tests: ['passed', 'passed'] }), 0, { passed: 2, failed: 0, skipped: 0 }],
  ['one fails', report({ status: 'failed', tests: ['passed', 'failed'] }), 1, { passed: 1, failed: 1, skipped: 0 }],
  ['a file cannot load', report({ status: 'failed', tests: [] }), 1, { passed: 0, failed: 1, skipped: 0 }],
  ['a skipped test is seen', report({ status: 'passed', tests: ['pending'] }), 0, { passed: 0, failed: 0, skipped: 1 }],
  ['an error outside tests', report({ status: 'passed', tests: ['passed'] }), 1, { passed: 1, failed: 1, skipped: 0 }],
  ['no report', undefined, 1, { passed: 0, failed: 1, skipped: 0 }],
])('%s', (_, text, code, expected) => {
  expect(countReport(text, code)).toEqual(expected)
})

test('runs add up', () => {
  const one = { passed: 1, failed: 2, skipped: 3 }
  expect(sum([one, one])).toEqual({ passed: 2, failed: 4, skipped: 6 })
})
