/**
 * Decodes a sample as a source of that configuration would, and delivers nothing: `node collectors/dry-run.ts CONFIG`,
 * the question as one JSON on standard input, the answer as one JSON on standard output. The server starts it for the
 * wizard of the sources desk, with little memory and little time, and knows nothing of decoders.
 */
import { createHash } from 'node:crypto'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { z } from 'zod'
import { loadConfig } from '../config/load.ts'
import { SourceConfig } from '../config/schema.ts'
import type { DryRunAnswer } from '../contract/http/source-wizard.ts'
import { isCaseNumber } from './cases/case-number.ts'
import { systemClock } from './clock.ts'
import { masked } from './delivery/mask.ts'
import { decodeSample } from './dry-run/decode.ts'
import type { DryRunOffice } from './dry-run/reading.ts'

const Question = z.object({ source: z.unknown(), sample: z.base64(), name: z.string().max(200) })
const SHOWN = 50

export async function dryRun(asked: z.infer<typeof Question>, office: DryRunOffice): Promise<DryRunAnswer> {
  const source = SourceConfig.safeParse(asked.source)
  if (!source.success)
    return failed(source.error.issues.map(({ path, message }) => `${path.join('.')}：${message}`).join('；'))
  try {
    const found = await decodeSample(source.data, Buffer.from(asked.sample, 'base64'), office)
    return {
      ok: true,
      problem: null,
      events: found.drafts.slice(0, SHOWN).map(({ type, object, observedAt, severity, data }) => ({
        type,
        object: object ?? null,
        observedAt,
        severity: severity ?? null,
        data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, hidden(value)])),
      })),
      eventCount: found.drafts.length,
      types: Object.fromEntries(
        [...Map.groupBy(found.drafts, ({ type }) => type)].map(([type, some]) => [type, some.length]),
      ),
      refusals: found.refusals.slice(0, SHOWN).map(({ reason, detail, excerpt }) => ({
        reason,
        detail: detail.slice(0, 300),
        excerpt: masked(excerpt).slice(0, 300),
      })),
      refusalCount: found.refusals.length,
      dropped: found.dropped,
      mapped: found.mapped,
      unmapped: found.unmapped,
      notes: found.notes,
    }
  } catch (error) {
    return failed(error instanceof Error ? error.message : String(error))
  }
}

/** Texts masked as in every excerpt that leaves a collector; case numbers are what the wall shows too. */
function hidden(value: unknown): unknown {
  if (typeof value === 'string') return isCaseNumber(value) ? value : masked(value)
  if (Array.isArray(value)) return value.map(hidden)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, hidden(inner)]))
}

const failed = (problem: string): DryRunAnswer => ({
  ok: false,
  problem: problem.slice(0, 500),
  events: [],
  eventCount: 0,
  types: {},
  refusals: [],
  refusalCount: 0,
  dropped: 0,
  mapped: [],
  unmapped: [],
  notes: [],
})

async function main(): Promise<void> {
  const config = loadConfig(resolve(process.argv[2] ?? './config'), process.env.SANLING_SERVICES)
  const asked = Question.parse(JSON.parse(await text(process.stdin)))
  const answer = await dryRun(asked, {
    profiles: config.profiles,
    site: config.site,
    vendorDir: join(config.dir, 'vendors'),
    now: systemClock.now(),
    // The same shape as a real hash; another key, so that nothing can be told from it.
    personHash: (no) => `h:${createHash('sha256').update(`dry-run${no}`).digest('hex').slice(0, 16)}`,
  })
  process.stdout.write(JSON.stringify(answer))
}

if (import.meta.main)
  main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exit(1)
  })
