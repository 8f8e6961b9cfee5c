import { randomUUID } from 'node:crypto'
import { loadConfig } from '../../../config/load.ts'
import { workCalendar } from '../../../config/workdays.ts'
import { alertsFeature } from '../../../server/alerts/index.ts'
import { casesFeature } from '../../../server/cases/index.ts'
import type { Tick } from '../../../server/feature.ts'
import { RecordStore } from '../../../server/records/store.ts'
import { tasksFeature } from '../../../server/tasks/index.ts'

/** The office as the server builds it for the ladder: real alert desk, real task list, real store. */
export async function openOffice(file: string, now: () => number) {
  const config = loadConfig('config')
  const calendar = workCalendar(config.calendar)
  const failures: unknown[] = []
  const records = new RecordStore(
    { kind: 'sqlite', file },
    { now, committed: () => undefined, failed: (error) => failures.push(error) },
  )
  const newId = randomUUID
  const alerts = alertsFeature({
    records,
    rules: config.alerts,
    posts: config.site.posts,
    demo: true,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    now,
    newId,
  } as Parameters<typeof alertsFeature>[0])
  const tasks = tasksFeature({ config, records, newId })
  const deps = { config, calendar, records, alerts: alerts.desk, tasks: tasks.desk, newId }
  const cases = casesFeature({
    ...deps,
    freshness: async () => ({ source: 'bench', at: now(), staleAfterS: 60, state: 'ok' as const }),
  })
  await records.migrate([alerts, tasks, cases].flatMap(({ migrations }) => migrations ?? []))
  const ladder = cases.ticks?.find(({ name }) => name === 'case-ladder') as Tick
  return { config, records, deps, ladder, failures }
}
