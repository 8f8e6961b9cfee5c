import { expect, test } from 'vitest'
import { runFaults } from './suite.ts'
import { table } from './table.ts'

const quiet = () => undefined
const MINUTES_4 = 240_000

test.each([
  ['everything embedded', { kills: 6, real: false, seed: 7 }],
  [
    'Mosquitto, influxd and PostgreSQL; influxd away for a while',
    { kills: 4, real: true, seed: 5, influxDownMs: 5000 },
  ],
])(
  'kill -9 at random moments loses nothing and doubles nothing: %s',
  async (_, options) => {
    const report = await runFaults({ ...options, say: quiet })
    expect(report.kills).toHaveLength(options.kills)
    for (const { sent } of report.verdicts) expect(sent).toBeGreaterThan(10)
    expect(report.clean, table(report)).toBe(true)
  },
  MINUTES_4,
)
