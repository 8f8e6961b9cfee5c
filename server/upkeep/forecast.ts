import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { officeTime } from '../../config/zone.ts'

/** How long the disks still last: one sample a day and disk, kept beside the health of this machine. */
const FILE = 'disk-days.json'
const KEPT_DAYS = 30
/** Fewer say nothing: the first days of an installation fill more than the later ones. */
const LEAST_DAYS = 4

const Samples = z.array(z.object({ day: z.iso.date(), freeGb: z.record(z.string(), z.number()) }))
export type Samples = z.infer<typeof Samples>

/** With today's sample; the first of a day stays. @param now epoch ms */
export function withToday(samples: Samples, freeGb: Readonly<Record<string, number>>, now: number): Samples {
  const day = officeTime(now).toPlainDate().toString()
  if (samples.some((one) => one.day === day)) return samples
  return [...samples, { day, freeGb: { ...freeGb } }].sort((a, b) => a.day.localeCompare(b.day)).slice(-KEPT_DAYS)
}

/**
 * Days until nothing is free, by the line of least squares through the kept days; null = not to be said yet, Infinity =
 * it does not become less.
 */
export function daysLeft(samples: Samples, id: string, freeGb: number): number | null {
  const points = samples.flatMap(({ day, freeGb: free }) =>
    free[id] === undefined ? [] : [{ x: Temporal.PlainDate.from(day).since('2026-01-01').days, y: free[id] }],
  )
  if (points.length < LEAST_DAYS) return null
  const mean = (pick: (point: { x: number; y: number }) => number): number =>
    points.reduce((sum, point) => sum + pick(point), 0) / points.length
  const [x, y] = [mean((point) => point.x), mean((point) => point.y)]
  const slope = mean((point) => (point.x - x) * (point.y - y)) / mean((point) => (point.x - x) ** 2)
  return slope < 0 ? freeGb / -slope : Number.POSITIVE_INFINITY
}

export function readSamples(folder: string): Samples {
  try {
    return Samples.parse(JSON.parse(readFileSync(join(folder, FILE), 'utf8')))
  } catch {
    // Not there yet, or spoilt: a forecast begins anew.
    return []
  }
}

export function writeSamples(folder: string, samples: Samples): void {
  const file = join(folder, FILE)
  writeFileSync(`${file}.new`, `${JSON.stringify(samples)}\n`, { mode: 0o600 })
  renameSync(`${file}.new`, file)
}
