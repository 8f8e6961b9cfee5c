/**
 * `npm run fuzz -- [NAME…] [--count N] [--seed N]`: a million changed inputs for each decoder of the table (nightly).
 * Fails when one throws, takes more than 100 ms of processor (its best of five), or when memory has grown at the end.
 */
import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type Fuzzed, readTable } from './fuzzed.ts'
import { mutate, seeded } from './mutate.ts'

const SLOW_MS = 100
const TRIES = 5
/** Heap that may remain after a run: caches of regular expressions, tables, the optimizer's own. */
const GROWTH_MB = 16

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')

interface Verdict {
  inputs: number
  perSecond: number
  slowestMs: number
  growthMb: number
  problems: string[]
}

const once = async ({ decode }: Fuzzed, input: Uint8Array): Promise<number> => {
  const from = performance.now()
  const made = decode(input)
  if (made instanceof Promise) await made
  return performance.now() - from
}

/** A pause of the machine is no slow input: only one that takes so much processor time each time. */
async function fastest(one: Fuzzed, input: Uint8Array): Promise<number> {
  let best = Number.POSITIVE_INFINITY
  for (let count = 0; count < TRIES; count++) {
    const before = process.cpuUsage()
    await once(one, input)
    const { user, system } = process.cpuUsage(before)
    best = Math.min(best, (user + system) / 1000)
  }
  return best
}

function keep(name: string, what: string, input: Uint8Array): string {
  const file = join(tmpdir(), `fuzz-${name.replaceAll(/[^\w-]/g, '_')}-${what}.bin`)
  writeFileSync(file, input)
  return file
}

/** Compiled regular expressions leave only after several collections. */
const heapMb = (): number => {
  for (let count = 0; count < 8; count++) collect()
  const { heapUsed, external } = process.memoryUsage()
  return (heapUsed + external) / 1024 / 1024
}

async function fuzz(one: Fuzzed, count: number, seed: number): Promise<Verdict> {
  const chance = seeded(seed)
  const verdict: Verdict = { inputs: count, perSecond: 0, slowestMs: 0, growthMb: 0, problems: [] }
  const warm = Math.floor(count / 5)
  let before = 0
  const from = performance.now()
  for (let number = 0; number < count && verdict.problems.length < 10; number++) {
    if (number === warm) before = heapMb()
    const input = mutate(one.seeds, chance)
    try {
      const ms = await once(one, input)
      const real = ms > SLOW_MS ? await fastest(one, input) : ms
      verdict.slowestMs = Math.max(verdict.slowestMs, real)
      if (real > SLOW_MS)
        verdict.problems.push(`input ${number} takes ${Math.round(real)} ms: ${keep(one.name, 'slow', input)}`)
    } catch (error) {
      verdict.problems.push(`input ${number} throws ${String(error)}: ${keep(one.name, 'throws', input)}`)
    }
  }
  verdict.perSecond = count / ((performance.now() - from) / 1000)
  verdict.growthMb = heapMb() - before
  if (verdict.growthMb > GROWTH_MB) verdict.problems.push(`memory grew by ${verdict.growthMb.toFixed(1)} MB`)
  return verdict
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { count: { type: 'string', default: '1000000' }, seed: { type: 'string', default: String(Date.now()) } },
})
const seed = Number(values.seed) >>> 0
console.log(`seed ${seed}`)
let failed = 0
for (const one of await readTable(positionals)) {
  const verdict = await fuzz(one, Number(values.count), seed)
  failed += verdict.problems.length
  console.log(
    `${verdict.problems.length === 0 ? 'ok  ' : 'FAIL'} ${one.name}: ${verdict.inputs.toLocaleString('en')} inputs, ` +
      `${Math.round(verdict.perSecond).toLocaleString('en')}/s, slowest ${verdict.slowestMs.toFixed(1)} ms, ` +
      `memory ${verdict.growthMb >= 0 ? '+' : ''}${verdict.growthMb.toFixed(1)} MB`,
  )
  for (const problem of verdict.problems) console.log(`     ${problem}`)
}
process.exitCode = failed > 0 ? 1 : 0
