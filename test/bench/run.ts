/** `npm run bench -- [NAME…] [--json FILE]`: each file of this folder that exports `benchmark` is one. */
import { readdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Benchmark, Row } from './row.ts'

const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: 'string' } } })
const folder = import.meta.dirname

async function load(): Promise<Benchmark[]> {
  const files = readdirSync(folder).filter((name) => name.endsWith('.ts') && !['run.ts', 'row.ts'].includes(name))
  const modules = await Promise.all(
    files.sort().map((file) => import(join(folder, file)) as Promise<{ benchmark?: Benchmark }>),
  )
  return modules.flatMap(({ benchmark }) => (benchmark ? [benchmark] : []))
}

const number = (value: number): string => (value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3))

function print(name: string, rows: readonly Row[]): void {
  console.log(`\n${name}`)
  for (const { case: what, unit, product, baseline, target, ok, details } of rows) {
    const against =
      baseline === null ? '' : ` · baseline ${number(baseline)} · ratio ${(product / baseline).toFixed(2)}`
    const more = details
      ? ` (${Object.entries(details)
          .map(([key, value]) => `${key} ${typeof value === 'number' ? number(value) : value}`)
          .join(', ')})`
      : ''
    console.log(
      `  ${ok ? 'ok  ' : 'MISS'} ${what}: ${number(product)} ${unit}${against}${target ? ` · target ${target}` : ''}${more}`,
    )
  }
}

const all = await load()
const unknown = positionals.filter((name) => !all.some((one) => one.name === name))
if (unknown.length > 0) {
  console.error(`没有名为 ${unknown.join('、')} 的基准；可用：${all.map(({ name }) => name).join('、')}`)
  process.exit(1)
}
const results: Record<string, Row[]> = {}
for (const benchmark of all) {
  if (positionals.length > 0 && !positionals.includes(benchmark.name)) continue
  const rows = await benchmark.run()
  results[benchmark.name] = rows
  print(benchmark.name, rows)
}
if (values.json) {
  const machine = { cpus: cpus().length, model: cpus()[0]?.model, node: process.version }
  writeFileSync(values.json, `${JSON.stringify({ at: new Date().toISOString(), machine, results }, null, 2)}\n`)
}
process.exit(
  Object.values(results)
    .flat()
    .every(({ ok }) => ok)
    ? 0
    : 1,
)
