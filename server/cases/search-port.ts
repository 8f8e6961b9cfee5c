import type { Config } from '../../config/load.ts'
import { dayStart } from '../../config/zone.ts'
import type { Searchable, SearchSource } from '../feature.ts'
import { present } from './present.ts'
import { type CaseTables, toRecord } from './repository.ts'
import type { CaseRecord } from './rules.ts'
import { scopeOf } from './scope.ts'

/** Cases for the search box: found by whom the case list shows them, with the fields that the list shows. */
const STATE_WORDS = { unassigned: '待分案', open: '在办', closed: '已办结' } as const
const COLUMNS = [
  ...['case_no', 'unified_no', 'type_name', 'kind', 'band', 'cause', 'department', 'node', 'coercion', 'outcome'],
  ...['handler_no', 'drawn_no', 'handler_hash', 'assigned', 'accepted', 'due', 'closed', 'restricted', 'gone'],
]

export const caseSearch = (config: Config): SearchSource => ({
  kind: 'case',
  watch: { table: 'case_file', key: 'id', columns: COLUMNS },
  access(person) {
    if (!person.permissions.has('cases.read-own')) return []
    const { handlerNo, department } = scopeOf({ config }, person)
    if (handlerNo !== undefined) return handlerNo === '' ? [] : [`own:${handlerNo}`]
    return [department === undefined ? 'all' : `department:${department}`]
  },
  async read(db, refs, now) {
    const rows = await db
      .withTables<CaseTables>()
      .selectFrom('case_file')
      .selectAll()
      .where('id', 'in', [...refs])
      .where('gone', 'is', null)
      .execute()
    return rows.map((row) => searchable(config, toRecord(row), now))
  },
  async keys(db, after, limit) {
    const rows = db.withTables<CaseTables>().selectFrom('case_file').select('id').where('id', '>', after)
    return (await rows.orderBy('id').limit(limit).execute()).map(({ id }) => id)
  },
  /** The colour of an open case is that of its days left. */
  async daily(db) {
    const open = db.withTables<CaseTables>().selectFrom('case_file').select('id').where('closed', 'is', null)
    return (await open.where('gone', 'is', null).execute()).map(({ id }) => id)
  },
})

function searchable(config: Config, record: CaseRecord, now: number): Searchable {
  const { id, caseNo, unifiedNo, type, cause, department, handler, node, coercion, outcome, state, colour, accepted } =
    present(config.flow, record, now)
  return {
    kind: 'case',
    ref: id,
    title: [type, cause].filter(Boolean).join(' · ') || caseNo,
    numbers: [caseNo, ...(unifiedNo ? [unifiedNo] : [])],
    text: [node, department, coercion, outcome].filter(Boolean).join(' · '),
    at: accepted ? dayStart(accepted) : record.appliedMs,
    link: `/desk/cases/${encodeURIComponent(id)}`,
    department,
    state: state === 'closed' ? 'closed' : 'open',
    stateName: STATE_WORDS[state],
    colour,
    access: ['all', ...(department ? [`department:${department}`] : []), ...(handler ? [`own:${handler}`] : [])],
    words: [type, cause, department, node].flatMap((word) => (word ? [word] : [])),
  }
}
