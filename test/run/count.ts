export interface Count {
  passed: number
  failed: number
  skipped: number
}

interface TestResult {
  status: string
  fullName?: string
  failureMessages?: string[]
}

interface FileResult {
  /** Absolute path. */
  name?: string
  status: string
  message?: string
  assertionResults: TestResult[]
}

/** One test, or one file that could not be loaded, that failed. */
export interface Failure {
  /** Absolute path of the file. */
  file: string
  test: string
  /** First line of what the test said. */
  message: string
}

export const sum = (counts: readonly Count[]): Count => ({
  passed: counts.reduce((total, count) => total + count.passed, 0),
  failed: counts.reduce((total, count) => total + count.failed, 0),
  skipped: counts.reduce((total, count) => total + count.skipped, 0),
})

const filesOf = (report: string | undefined): FileResult[] =>
  report === undefined ? [] : (JSON.parse(report) as { testResults: FileResult[] }).testResults

/**
 * Counts vitest's JSON report. A file that could not be loaded, a run without a report and a run that ends badly
 * though each test passed (an error outside any test) count as one failure each.
 */
export function countReport(report: string | undefined, exitCode: number): Count {
  if (report === undefined) return { passed: 0, failed: 1, skipped: 0 }
  const count = sum(filesOf(report).map(countFile))
  if (exitCode !== 0 && count.failed === 0) count.failed = 1
  return count
}

function countFile(file: FileResult): Count {
  const of = (...statuses: string[]) => file.assertionResults.filter((test) => statuses.includes(test.status)).length
  const failed = of('failed')
  return {
    passed: of('passed'),
    failed: failed === 0 && file.status === 'failed' ? 1 : failed,
    skipped: of('skipped', 'pending', 'todo', 'disabled'),
  }
}

/** @returns every failure of a report, in its order */
export function failuresOf(report: string | undefined): Failure[] {
  return filesOf(report).flatMap((file) => {
    const tests = file.assertionResults.filter((test) => test.status === 'failed')
    const of = (test: string, message = ''): Failure => ({
      file: file.name ?? '',
      test,
      message: message.split('\n', 1)[0] ?? '',
    })
    if (tests.length === 0 && file.status === 'failed') return [of('', file.message)]
    return tests.map((test) => of(test.fullName ?? '', test.failureMessages?.[0]))
  })
}

/** @returns a report in which the files that ran again stand as they ended the second time */
export function withSecondRun(first: string, second: string): string {
  const again = new Map(filesOf(second).map((file) => [file.name, file]))
  return JSON.stringify({ testResults: filesOf(first).map((file) => again.get(file.name) ?? file) })
}
