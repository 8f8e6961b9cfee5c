import { expect } from 'vitest'
import { isClean } from './history.ts'
import type { Surroundings } from './scenario.ts'
import { loadScenarios } from './scenarios.ts'
import { runFaults } from './suite.ts'
import { table } from './table.ts'

/** A busy machine takes many times the half minute of a quiet one. */
export const LIMIT_MS = 400_000

/** All scenarios one after another under one load; `npm run faults` gives each a world of its own. */
export async function playShortForm(where: Surroundings, seed: number): Promise<void> {
  const scenarios = (await loadScenarios()).filter((scenario) => scenario.in.includes(where))
  const report = await runFaults({ scenarios, in: where, form: 'short', seed, say: () => undefined })
  console.log(table(report))
  for (const { sent } of report.verdicts) expect(sent).toBeGreaterThan(0)
  expect(report.verdicts.filter((verdict) => !isClean(verdict))).toEqual([])
  expect(report.effects.filter(({ expected, found }) => expected !== found)).toEqual([])
}
