import { expect, test } from 'vitest'
import { countReport, failuresOf, sum, withSecondRun } from './count.ts'

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

const file = (name: string, ...tests: [fullName: string, status: string][]) => ({
  name,
  status: tests.some(([, status]) => status === 'failed') ? 'failed' : 'passed',
  assertionResults: tests.map(([fullName, status]) => ({
    fullName,
    status,
    failureMessages: status === 'failed' ? [`${fullName} broke\n at line 3`] : [],
  })),
})
const reportOf = (...testResults: object[]): string => JSON.stringify({ testResults })

test('failures are named with the first line of what they said', () => {
  const broken = { name: '/b.ts', status: 'failed', message: 'no such module\nstack', assertionResults: [] }
  expect(failuresOf(reportOf(file('/a.ts', ['one', 'passed'], ['two', 'failed']), broken))).toEqual([
    { file: '/a.ts', test: 'two', message: 'two broke' },
    { file: '/b.ts', test: '', message: 'no such module' },
  ])
  expect(failuresOf(undefined)).toEqual([])
})

test('a file that ran again stands as it ended the second time; the others stay', () => {
  const first = reportOf(file('/a.ts', ['one', 'failed']), file('/b.ts', ['two', 'failed']))
  const second = reportOf(file('/a.ts', ['one', 'passed']))
  expect(failuresOf(withSecondRun(first, second)).map(({ file }) => file)).toEqual(['/b.ts'])
  expect(countReport(withSecondRun(first, second), 1)).toEqual({ passed: 1, failed: 1, skipped: 0 })
})
