import type { Conflict, Quality } from '../../../contract/http/sharing-exchange.ts'
import { type ExchangeDeps, fieldName, unitName } from './context.ts'
import { blanks, caseNumbers, disputedKeys, lastBatches, latestOf, openRows } from './repository.ts'
import { differing } from './rules.ts'

const DAY_MS = 86_400_000
/** Case numbers that are looked up for one report, and disputed keys that it shows. */
const CASES = 5000
const DISPUTED = 50

/** What is missing, too old, in contradiction, or about a case that nobody here has; per standard and unit. */
export async function qualityReport(deps: ExchangeDeps, now: number) {
  const db = deps.records.read
  const { standards, units } = deps.config.exchange
  const [empty, last, open, numbers] = [
    await blanks(db),
    await lastBatches(db),
    await openRows(db),
    await caseNumbers(db, CASES),
  ]
  const known = await deps.cases.known(
    db,
    numbers.flatMap(({ case_no }) => case_no ?? []),
  )
  const items = standards
    .filter(({ direction }) => direction === 'in')
    .flatMap((standard) =>
      units.flatMap((unit): Quality[] => {
        const mine = <Row extends { standard: string; unit: string }>(rows: readonly Row[]) =>
          rows.filter((row) => row.standard === standard.id && row.unit === unit.id)
        const lastAt = mine(last)[0]?.last ?? null
        if (lastAt === null) return []
        const groups = mine(empty)
        const missing = standard.fields.flatMap(({ id, name }) => {
          const count = sum(groups.filter((group) => group.missing.split(',').includes(id)))
          return count > 0 ? [{ field: id, name, count }] : []
        })
        return [
          {
            standard: standard.id,
            standardName: standard.name,
            unit: unit.id,
            unitName: unit.name,
            records: sum(groups),
            lastAt,
            stale: now - lastAt > standard.staleDays * DAY_MS,
            staleDays: standard.staleDays,
            missing,
            unmatched: mine(numbers).filter(({ case_no }) => case_no !== null && !known.has(case_no)).length,
            quarantined: sum(mine(open)),
          },
        ]
      }),
    )
  const disputed = await disputedKeys(db, DISPUTED + 1)
  const conflicts: Conflict[] = []
  for (const { standard: id, key } of disputed.slice(0, DISPUTED)) {
    const standard = standards.find((one) => one.id === id)
    if (!standard) continue
    const rows = await latestOf(db, id, key)
    const said = rows.map(({ unit, body }) => ({ unit, values: JSON.parse(body) as Record<string, string> }))
    for (const { field, values } of differing(standard, said))
      conflicts.push({
        standardName: standard.name,
        key,
        field,
        name: fieldName(standard, field),
        values: values.map(({ unit, value }) => ({ unitName: unitName(deps, unit), value })),
      })
  }
  return { items, conflicts, conflictsMore: disputed.length > DISPUTED }
}

const sum = (rows: readonly { count: number }[]): number => rows.reduce((total, { count }) => total + count, 0)
