import { expect, test } from 'vitest'
import { isClean } from './history.ts'
import type { Surroundings } from './scenario.ts'
import { loadScenarios } from './scenarios.ts'
import { runFaults } from './suite.ts'
import { table } from './table.ts'

const MINUTES_5 = 300_000
const all = await loadScenarios()

/** The short form: all scenarios one after another under one load. `npm run faults` gives each a world of its own. */
test.each<[string, Surroundings, number]>([
  ['everything embedded', 'embedded', 7],
  ['Mosquitto, influxd and PostgreSQL', 'real', 5],
])(
  'whatever goes wrong, nothing is lost, doubled or fired twice: %s',
  async (_, where, seed) => {
    const scenarios = all.filter((scenario) => scenario.in.includes(where))
    const report = await runFaults({ scenarios, in: where, short: true, seed, say: () => undefined })
    console.log(table(report))
    for (const { sent } of report.verdicts) expect(sent).toBeGreaterThan(5)
    expect(report.verdicts.filter((verdict) => !isClean(verdict))).toEqual([])
    expect(report.effects.filter(({ expected, found }) => expected !== found)).toEqual([])
  },
  MINUTES_5,
)
