import type { Keep } from '../../../contract/measurements.ts'
import type { MetricPoint } from '../../feature.ts'
import type { Rejected, WriteOutcome } from '../port.ts'
import { SCHEMA } from '../schema.ts'
import type { Verdict } from './verdict.ts'

/** Sends points of one retention policy; undefined = stored. */
export type Post = (points: readonly MetricPoint[], keep: Keep) => Promise<Verdict | undefined>

/**
 * Writes checked points, policy by policy, and narrows a refusal down to the points it is about. Parts that went
 * through before a failure are written again later: that is harmless.
 * @throws StoreUnavailable
 */
export async function writePoints(points: readonly MetricPoint[], post: Post): Promise<WriteOutcome> {
  const outcome: WriteOutcome = { written: 0, rejected: [] }
  for (const [keep, part] of byPolicy(points)) await writePart(part, keep, post, outcome)
  return outcome
}

function byPolicy(points: readonly MetricPoint[]): Map<Keep, MetricPoint[]> {
  const parts = new Map<Keep, MetricPoint[]>()
  for (const point of points) {
    const keep = SCHEMA[point.measurement]?.keep ?? 'raw'
    const part = parts.get(keep)
    if (part) part.push(point)
    else parts.set(keep, [point])
  }
  return parts
}

async function writePart(points: MetricPoint[], keep: Keep, post: Post, outcome: WriteOutcome): Promise<void> {
  const verdict = await post(points, keep)
  if (verdict === undefined) {
    outcome.written += points.length
    return
  }
  if (verdict.kind === 'unavailable') throw verdict.error
  if (verdict.kind === 'expired') return settleExpired(points, verdict.dropped, outcome)
  const [only] = points
  if (points.length === 1 && only) {
    outcome.rejected.push(refuse(only, verdict))
    return
  }
  // In order, left half first: later points of a series must not arrive before earlier ones.
  const middle = points.length >> 1
  await writePart(points.slice(0, middle), keep, post, outcome)
  await writePart(points.slice(middle), keep, post, outcome)
}

const refuse = (point: MetricPoint, verdict: Verdict): Rejected =>
  verdict.kind === 'bisect'
    ? { point, reason: 'store_rejected', detail: verdict.detail }
    : { point, reason: 'too_large', detail: '单个数据点超过指标库的请求大小上限' }

/** The server names only a number; retention cuts by time, so it means the oldest. */
function settleExpired(points: readonly MetricPoint[], dropped: number, outcome: WriteOutcome): void {
  const byAge = points.toSorted((a, b) => a.at - b.at)
  for (const point of byAge.slice(0, dropped)) outcome.rejected.push({ point, reason: 'out_of_retention', detail: '' })
  outcome.written += points.length - Math.min(dropped, points.length)
}
