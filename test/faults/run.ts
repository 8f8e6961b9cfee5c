/** `npm run faults -- [NAME…] [--in embedded|real|cluster] [--seed N] [--short|--long] [--list]`, `npm run faults -- soak`: each scenario in a world of its own. */
import { parseArgs } from 'node:util'
import type { Form, Scenario, Surroundings } from './scenario.ts'
import { loadScenarios, select } from './scenarios.ts'
import { FORMS, soak } from './soak/soak.ts'
import { runFaults } from './suite.ts'
import { table } from './table.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    in: { type: 'string' },
    seed: { type: 'string' },
    short: { type: 'boolean', default: false },
    long: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
  },
})

const formOf = (): Form => (values.short ? 'short' : values.long ? 'long' : 'usual')

/** @returns true when all is clean */
async function playOne(scenario: Scenario, where: Surroundings, seed: number): Promise<boolean> {
  const options = { scenarios: [scenario], in: where, form: formOf(), seed, say: console.log }
  try {
    const report = await runFaults(options)
    console.log(table(report))
    return report.clean
  } catch (error) {
    console.log(`✗ ${scenario.title}（${where}）：${(error as Error).message}`)
    return false
  }
}

async function main(): Promise<void> {
  const all = await loadScenarios()
  if (values.list) {
    for (const { name, title, in: where } of all) console.log(`${name.padEnd(14)} ${title}（${where.join('、')}）`)
    console.log(`${'soak'.padEnd(14)} 一天的值守，×60 共 24 分钟；--long 两小时、×1`)
    return
  }
  // It watches a product that nobody harms, and takes long: only by its name.
  if (positionals.includes('soak')) {
    process.exitCode = (await soak(FORMS[formOf()], console.log)) ? 0 : 1
    return
  }
  const seed = values.seed === undefined ? Date.now() % 1_000_000 : Number(values.seed)
  console.log(`故障试验，种子 ${seed}`)
  const bad: string[] = []
  for (const scenario of select(all, positionals))
    for (const where of scenario.in)
      if (values.in === undefined || values.in === where)
        if (!(await playOne(scenario, where, seed))) bad.push(`${scenario.name}（${where}）`)
  console.log(bad.length === 0 ? '\n全部通过' : `\n未通过：${bad.join('、')}`)
  process.exitCode = bad.length === 0 ? 0 : 1
}

await main()
process.exit()
