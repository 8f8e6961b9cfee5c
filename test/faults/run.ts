/** `npm run faults -- [--kills 60] [--real] [--seed N] [--influx-down SECONDS]` */
import { parseArgs } from 'node:util'
import { runFaults } from './suite.ts'
import { table } from './table.ts'

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '60' },
    real: { type: 'boolean', default: false },
    seed: { type: 'string' },
    'influx-down': { type: 'string', default: '20' },
  },
})
const seed = values.seed === undefined ? Date.now() % 1_000_000 : Number(values.seed)
console.log(
  `故障试验：${values.kills} 次 kill -9，${values.real ? 'Mosquitto + influxd + PostgreSQL' : '全内置'}，种子 ${seed}`,
)
const report = await runFaults({
  kills: Number(values.kills),
  real: values.real,
  seed,
  influxDownMs: Number(values['influx-down']) * 1000,
  say: (line) => console.log(line),
})
console.log(table(report))
process.exit(report.clean && report.swift ? 0 : 1)
