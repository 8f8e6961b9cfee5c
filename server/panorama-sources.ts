import type { Config } from '../config/load.ts'
import { dayStart, officeDate } from '../config/zone.ts'
import { PETITION_CHANNEL_NAMES, PETITION_COLOUR_NAMES } from '../contract/http/petitions.ts'
import { panoramaPort } from './cases/panorama-port.ts'
import type { Reader, Tx } from './feature.ts'
import type { IngestTables } from './ingest/tables.ts'
import { offsetOf } from './offset.ts'
import { mattersPage } from './petitions/panorama-port.ts'
import type { Counted, Followed, Item } from './sharing/panorama/index.ts'
import { monthsUntil } from './sharing/panorama/rules.ts'

/** What the panorama follows, made of the features that have it. */

type Db = Reader | Tx
type CaseFacts = Awaited<ReturnType<typeof panoramaPort.some>>[number]

/** First all cases by their ids, then those that the inbox names, from where it stood at the start. */
export function followedCases(
  idOf: (event: { object: string | null; data: Record<string, unknown> }) => string | undefined,
): Followed {
  return {
    section: 'case',
    permission: 'cases.read',
    unit: '件',
    openName: '在办',
    inName: '受理',
    outName: '办结',
    source: '案件台账（业务系统导出）',
    dims: [
      { id: 'wing', name: '四大检察（近 12 个月受理）', of: 'year' },
      { id: 'type', name: '案件类别（在办）', of: 'open' },
      { id: 'custody', name: '羁押（在办）', of: 'open' },
      { id: 'cause', name: '案由（近 12 个月受理）', of: 'year' },
    ],
    shape: 1,
    async changed(db, place, limit) {
      const { stage, seq, after } = casePlace(place) ?? { stage: 'all', seq: await endOfInbox(db), after: '' }
      if (stage === 'all') {
        const found = await panoramaPort.page(db, after, limit)
        const last = found.at(-1)
        const whole = found.length < limit || !last
        return { ...asItems(found), place: whole ? `new ${seq}` : `all ${seq} ${last.id}`, caughtUp: false, whole }
      }
      const end = await endOfInbox(db)
      const rows = await caseRows(db, seq, limit)
      const ids = new Set(
        rows.flatMap((row) => {
          const { data = {} } = JSON.parse(row.body) as { data?: Record<string, unknown> }
          return idOf({ object: row.object, data }) ?? []
        }),
      )
      const full = rows.length === limit
      const next = full ? Number(rows.at(-1)?.seq ?? seq) : Math.max(end, seq)
      return { ...asItems(await panoramaPort.some(db, [...ids])), place: `new ${next}`, caughtUp: !full, whole: true }
    },
    async present(db, ids) {
      const found = await panoramaPort.some(db, ids)
      return new Map(
        found.map(({ id, title, note }) => [id, { title, note, link: `/cases/${encodeURIComponent(id)}` }]),
      )
    },
  }
}

function casePlace(place: string): { stage: 'all' | 'new'; seq: number; after: string } | undefined {
  const [stage, seq, after = ''] = place.split(' ')
  return stage === 'all' || stage === 'new' ? { stage, seq: Number(seq), after } : undefined
}
const asItems = (found: readonly CaseFacts[]) => ({
  items: found
    .filter(({ deleted }) => !deleted)
    .map(
      ({ id, started, ended, open, wing, type, custody, cause }): Item => ({
        id,
        started,
        ended,
        open,
        dims: [wing, type, custody, cause],
      }),
    ),
  gone: found.filter(({ deleted }) => deleted).map(({ id }) => id),
})
const endOfInbox = async (db: Db): Promise<number> => {
  const { last } = await db
    .withTables<IngestTables>()
    .selectFrom('inbox')
    .select((eb) => eb.fn.max('seq').as('last'))
    .executeTakeFirstOrThrow()
  return Number(last ?? 0)
}
const caseRows = (db: Db, seq: number, limit: number) =>
  db
    .withTables<IngestTables>()
    .selectFrom('inbox')
    .select(['seq', 'object', 'body'])
    .where('seq', '>', seq)
    .where('family', '=', 'case_event')
    .orderBy('seq')
    .limit(limit)
    .execute()

/** A few thousand at most: they are gone through again and again, a page at a time, and only changes are written. */
export const followedMatters = (config: Pick<Config, 'petitions'>): Followed => ({
  section: 'matter',
  permission: 'petitions.read',
  unit: '件',
  openName: '在办',
  inName: '登记',
  outName: '销号',
  source: '信访登记',
  dims: [
    { id: 'colour', name: '五色（在办）', of: 'open' },
    { id: 'kind', name: '事项类别（近 12 个月登记）', of: 'year' },
    { id: 'channel', name: '来源渠道（近 12 个月登记）', of: 'year' },
  ],
  shape: 1,
  async changed(db, place, limit) {
    const rows = await mattersPage(db, place, limit)
    const end = rows.length < limit
    return {
      items: rows.map((row) => ({
        id: row.id,
        started: row.received_on,
        ended: row.closed_on,
        open: row.open === 1,
        dims: [colourName(row.colour), kindName(config, row.kind), channelName(row.channel)],
      })),
      gone: [],
      place: end ? '' : (rows.at(-1)?.id ?? ''),
      caughtUp: end,
      whole: end,
    }
  },
  async present(db, ids) {
    const rows = ids.length > 0 ? await mattersPage(db, '', ids.length, ids) : []
    return new Map(
      rows.map((row) => [
        row.id,
        {
          title: row.title,
          note: [row.no, colourName(row.colour), kindName(config, row.kind)].join(' · '),
          link: `/petitions/${encodeURIComponent(row.id)}`,
        },
      ]),
    )
  },
})
const COLOURS: Readonly<Record<string, { name: string }>> = PETITION_COLOUR_NAMES
const CHANNELS: Readonly<Record<string, string>> = PETITION_CHANNEL_NAMES
const colourName = (colour: string | null): string => (colour === null ? '未评估' : (COLOURS[colour]?.name ?? colour))
const channelName = (channel: string): string => CHANNELS[channel] ?? channel
const kindName = ({ petitions }: Pick<Config, 'petitions'>, kind: string): string =>
  petitions.kinds.find(({ id }) => id === kind)?.name ?? kind

const MONTHS = 14
const total = (rows: readonly { count: number }[]): number => rows.reduce((sum, { count }) => sum + count, 0)
/** In the order of the configuration, never by number: departments are not ranked. */
function parts(dim: string, name: string, counts: readonly { value: string; count: number }[], rows: boolean) {
  const all = counts.filter(({ count }) => count > 0)
  const sum = total(all)
  const items = all.map((one) => ({ ...one, share: Math.round((one.count / sum) * 1000) / 10, rows }))
  return { dim, name, total: sum, items }
}
const tally = (values: readonly string[]): { value: string; count: number }[] =>
  [...new Set(values)].map((value) => ({ value, count: values.filter((one) => one === value).length }))
const monthsOf = (now: number): string[] => monthsUntil(officeDate(now).slice(0, 7), MONTHS)

/** 队伍: numbers of departments, never of a person; who came in by day only for those who may see the doors. */
export const countedPeople = ({ site }: Pick<Config, 'site'>): Counted => {
  const departmentName = (id: string) => site.departments.find((one) => one.id === id)?.name ?? id
  return {
    section: 'people',
    permission: 'panorama.read',
    async look(db, person, now) {
      const months = monthsOf(now)
      const days = person.permissions.has('doors.read') ? await personDays(db, `${months[0]}-01`) : []
      const perDay = (month: string) => days.filter((one) => one.month === month)
      return {
        unit: '人',
        openName: '在编',
        open: site.people.length,
        inName: '日均到院',
        outName: null,
        months: months.map((month) => ({ month, in: average(perDay(month)), out: null })),
        monthRows: false,
        structures: [
          parts('department', '部门', tally(site.people.map(({ department }) => departmentName(department))), true),
          parts('quota', '身份', tally(site.people.map(({ quota }) => (quota ? '员额检察官' : '其他人员'))), true),
        ],
        complete: true,
        source: '人员名册；到院按门禁通行，只计人数',
      }
    },
    async rows(_db, { dim, value, limit, cursor }) {
      const fits = (person: Config['site']['people'][number]) =>
        dim === 'department'
          ? departmentName(person.department) === value
          : dim === 'quota'
            ? (person.quota ? '员额检察官' : '其他人员') === value
            : true
      const counts = tally(site.people.filter(fits).map(({ department }) => departmentName(department)))
      const from = offsetOf(cursor)
      const items = counts.slice(from, from + limit).map(({ value: name, count }) => ({
        id: name,
        title: name,
        note: `${count} 人`,
        link: null,
        started: null,
        ended: null,
      }))
      return { items, cursor: from + limit < counts.length ? String(from + limit) : null }
    },
  }
}
const average = (days: readonly { count: number }[]): number | null =>
  days.length === 0 ? null : Math.round(total(days) / days.length)
async function personDays(db: Db, since: string): Promise<{ month: string; count: number }[]> {
  const rows = await db
    .withTables<{ access_person_day: { day: string; person: string } }>()
    .selectFrom('access_person_day')
    .select((eb) => ['day', eb.fn.countAll<number>().as('n')])
    .where('day', '>=', since)
    .groupBy('day')
    .execute()
  return rows.map(({ day, n }) => ({ month: day.slice(0, 7), count: Number(n) }))
}

/** 终端与门禁: what there is by configuration, and what was found month by month. */
export const countedAssets = ({ site }: Pick<Config, 'site'>): Counted => {
  const departmentName = (id: string | undefined) => site.departments.find((one) => one.id === id)?.name ?? '公共'
  const guard = (terminal: Config['site']['terminals'][number]) =>
    terminal.protectedBy ? '已装防护' : terminal.server ? '服务器' : '未装防护'
  return {
    section: 'asset',
    permission: 'terminals.read',
    async look(db, _person, now) {
      const months = monthsOf(now)
      const since = dayStart(`${months[0]}-01`)
      const [virus, outreach] = [
        await momentsOf(db, 'terminal_virus', since),
        await momentsOf(db, 'terminal_outreach', since),
      ]
      const first = [...virus, ...outreach].sort()[0]
      const inMonth = (all: readonly string[], month: string) =>
        first === undefined || month < first ? null : all.filter((one) => one === month).length
      return {
        unit: '次',
        openName: '终端',
        open: site.terminals.length,
        inName: '病毒查杀',
        outName: '违规外联',
        months: months.map((month) => ({ month, in: inMonth(virus, month), out: inMonth(outreach, month) })),
        monthRows: false,
        structures: [
          parts('guard', '终端防护', tally(site.terminals.map(guard)), true),
          parts(
            'department',
            '终端所属',
            tally(site.terminals.map(({ department }) => departmentName(department))),
            true,
          ),
          parts('area', '门禁区域', tally(site.doors.map(({ area }) => area)), true),
        ],
        complete: true,
        source: '资产名册；查杀与外联按终端防护事件',
      }
    },
    async rows(_db, { dim, value, limit, cursor }) {
      const rows =
        dim === 'area'
          ? site.doors
              .filter(({ area }) => area === value)
              .map(({ id, name, floor }) => ({ id, title: name, note: floor }))
          : site.terminals
              .filter((one) =>
                dim === 'guard'
                  ? guard(one) === value
                  : dim === 'department'
                    ? departmentName(one.department) === value
                    : true,
              )
              .map((one) => ({ id: one.host, title: one.host, note: `${one.place} · ${guard(one)}` }))
      const from = offsetOf(cursor)
      const items = rows.slice(from, from + limit).map((one) => ({ ...one, link: null, started: null, ended: null }))
      return { items, cursor: from + limit < rows.length ? String(from + limit) : null }
    },
  }
}
async function momentsOf(db: Db, table: 'terminal_virus' | 'terminal_outreach', since: number): Promise<string[]> {
  const rows = await db
    .withTables<{ terminal_virus: { at_ms: number }; terminal_outreach: { at_ms: number } }>()
    .selectFrom(table)
    .select('at_ms')
    .where('at_ms', '>=', since)
    .limit(100_000)
    .execute()
  return rows.map(({ at_ms }) => officeDate(Number(at_ms)).slice(0, 7))
}
