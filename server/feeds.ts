import type { Config } from '../config/load.ts'
import type { WorkCalendar } from '../config/workdays.ts'
import { officeTime } from '../config/zone.ts'
import { EVENT_TYPES } from '../contract/catalogue.ts'
import type { AlertTables } from './alerts/tables.ts'
import type { sharingPort } from './cases/sharing-port.ts'
import type { Reader, Tx } from './feature.ts'
import type { InboxRow, IngestTables } from './ingest/tables.ts'
import { objectNames } from './names.ts'
import type { Feed, Opener, Subject } from './sharing/subscriptions/port.ts'

/** What comes in, in order of arrival, as subscriptions see it: events, alerts, changes of cases. */

type Db = Reader | Tx
type CasePort = ReturnType<typeof sharingPort>

export interface FeedDeps {
  config: Config
  calendar: WorkCalendar
  cases: CasePort
}

const inbox = (db: Db) => db.withTables<IngestTables>().selectFrom('inbox')
const endOfInbox = async (db: Db): Promise<number> => {
  const { last } = await inbox(db)
    .select((eb) => eb.fn.max('seq').as('last'))
    .executeTakeFirstOrThrow()
  return Number(last ?? 0)
}
/** The inbox is numbered as it is committed: one line of turns writes it. */
const inboxRows = (db: Db, place: number, limit: number): Promise<InboxRow[]> =>
  inbox(db).selectAll().where('seq', '>', place).orderBy('seq').limit(limit).execute()
const newestRows = (db: Db, place: number, limit: number, cases: boolean): Promise<InboxRow[]> =>
  inbox(db)
    .selectAll()
    .where('seq', '<=', place)
    .where('family', cases ? '=' : '<>', 'case_event')
    .orderBy('seq', 'desc')
    .limit(limit)
    .execute()
const after = (rows: readonly InboxRow[], place: number) => ({
  place: Number(rows.at(-1)?.seq ?? place),
  rows: rows.length,
})

function times({ calendar }: FeedDeps, ms: number) {
  const at = officeTime(ms)
  return { hour: at.hour, workday: calendar.isWorkday(at.toPlainDate()) }
}

export function eventFeed(deps: FeedDeps): Feed {
  const nameOf = objectNames(deps.config)
  const source = sourceNames(deps.config)
  const subject = (row: InboxRow): Subject => {
    const object = row.object ? (nameOf(row.object)?.name ?? row.object) : null
    return {
      topic: 'event',
      place: Number(row.seq),
      key: row.id,
      thing: row.id,
      source: row.collector,
      sourceName: source(row.collector),
      title: [EVENT_TYPES[row.type]?.label ?? row.type, object].filter(Boolean).join(' · '),
      link: null,
      at: Number(row.observed_ms),
      facts: {
        type: row.type,
        domain: row.domain,
        severity: row.severity,
        object,
        device: row.device,
        source: source(row.collector),
        ...times(deps, Number(row.observed_ms)),
      },
    }
  }
  return {
    topic: 'event',
    end: endOfInbox,
    async since(db, place, limit) {
      const rows = await inboxRows(db, place, limit)
      return { subjects: rows.filter(({ family }) => family !== 'case_event').map(subject), ...after(rows, place) }
    },
    before: async (db, place, limit) => (await newestRows(db, place, limit, false)).map(subject),
  }
}

export function caseFeed(deps: FeedDeps): Feed {
  const source = sourceNames(deps.config)
  const subjects = async (db: Db, rows: readonly InboxRow[], now: number): Promise<Subject[]> => {
    const named = rows
      .filter(({ family }) => family === 'case_event')
      .flatMap((row) => {
        const { data = {} } = JSON.parse(row.body) as { data?: Record<string, unknown> }
        const id = deps.cases.idOf({ object: row.object, data })
        return id ? [{ row, id }] : []
      })
    const known = await deps.cases.facts(db, [...new Set(named.map(({ id }) => id))], now)
    return named.flatMap(({ row, id }): Subject[] => {
      const record = known.get(id)
      if (!record) return []
      const sourceName = source(row.collector)
      return [
        {
          topic: 'case',
          place: Number(row.seq),
          key: row.id,
          thing: id,
          source: row.collector,
          sourceName,
          title: record.title,
          link: `/cases/${encodeURIComponent(id)}`,
          at: Number(row.observed_ms),
          facts: { ...record.facts, change: row.type, source: sourceName },
        },
      ]
    })
  }
  return {
    topic: 'case',
    end: endOfInbox,
    async since(db, place, limit, now) {
      const rows = await inboxRows(db, place, limit)
      return { subjects: await subjects(db, rows, now), ...after(rows, place) }
    },
    before: async (db, place, limit, now) => subjects(db, await newestRows(db, place, limit, true), now),
  }
}

/** Neither cards that are only counted in a storm nor drills: they are no facts of the office. */
const SILENT = ['hidden', 'drill']
type AlertRow = AlertTables['alert']

export function alertFeed(deps: FeedDeps): Feed {
  const nameOf = objectNames(deps.config)
  const alerts = (db: Db) => db.withTables<AlertTables>().selectFrom('alert').selectAll()
  const subject = (row: AlertRow): Subject => {
    const object = row.object ? (nameOf(row.object)?.name ?? row.object) : null
    return {
      topic: 'alert',
      place: Number(row.ord),
      key: row.id,
      thing: row.id,
      source: 'alerts',
      sourceName: '告警规则',
      title: row.title,
      link: `/alerts/${encodeURIComponent(row.id)}`,
      at: Number(row.first_at),
      facts: {
        domain: row.domain,
        severity: row.severity,
        rule: row.rule,
        title: row.title,
        object,
        ...times(deps, Number(row.first_at)),
      },
    }
  }
  return {
    topic: 'alert',
    async end(db) {
      const { last } = await db
        .withTables<AlertTables>()
        .selectFrom('alert')
        .select((eb) => eb.fn.max('ord').as('last'))
        .executeTakeFirstOrThrow()
      return Number(last ?? 0)
    },
    async since(db, place, limit) {
      const rows = await alerts(db).where('ord', '>', place).orderBy('ord').limit(limit).execute()
      const shown = rows.filter(({ kind }) => !SILENT.includes(kind)).map(subject)
      return { subjects: shown, place: Number(rows.at(-1)?.ord ?? place), rows: rows.length }
    },
    async before(db, place, limit) {
      const rows = await alerts(db)
        .where('ord', '<=', place)
        .where('kind', 'not in', SILENT)
        .orderBy('ord', 'desc')
        .limit(limit)
        .execute()
      return rows.map(subject)
    },
  }
}

const sourceNames = ({ sources }: Config): ((id: string) => string) => {
  const names = new Map<string, string>(sources.sources.map(({ id, name }) => [id, name]))
  return (id) => names.get(id) ?? id
}

/** Who may open a record of a topic: the word for all of them, or the scope of the case. */
export const opener =
  (cases: CasePort): Opener =>
  async (db, person, topic, things) => {
    if (topic === 'event') return person.permissions.has('events.read') ? new Set(things) : new Set()
    if (topic === 'alert') return person.permissions.has('alerts.read') ? new Set(things) : new Set()
    if (topic === 'shared') return person.permissions.has('exchange.read') ? new Set(things) : new Set()
    const some = ['cases.read', 'cases.read-department', 'cases.read-own'].some((word) => person.permissions.has(word))
    return some ? cases.opens(db, person, things) : new Set()
  }
