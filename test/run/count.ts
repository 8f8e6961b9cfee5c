export interface Count {
  passed: number
  failed: number
  skipped: number
}

interface FileResult {
  status: string
  assertionResults: { status: string }[]
}

export const sum = (counts: readonly Count[]): Count => ({
  passed: counts.reduce((total, count) => total + count.passed, 0),
  failed: counts.reduce((total, count) => total + count.failed, 0),
  skipped: counts.reduce((total, count) => total + count.skipped, 0),
})

/**
 * Counts vitest's JSON report. A file that could not be loaded, a run without a report and a run that ends badly
 * though each test passed (an error outside any test) count as one failure each.
 */
export function countReport(report: string | undefined, exitCode: number): Count {
  if (report === undefined) return { passed: 0, failed: 1, skipped: 0 }
  const { testResults } = JSON.parse(report) as { testResults: FileResult[] }
  const count = sum(testResults.map(countFile))
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
