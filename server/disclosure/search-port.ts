import type { Config } from '../../config/load.ts'
import { type DocumentState, STATE_NAMES } from '../../contract/http/disclosure.ts'
import type { Principal, Searchable, SearchSource } from '../feature.ts'
import { Refusal } from '../refusal.ts'
import { textOf } from './files/flat.ts'
import { scopeOf } from './present.ts'
import { findFile, findOne, type StoredDisclosure } from './repository.ts'
import type { DisclosureTables } from './tables.ts'

/** Documents for the search box, with their text: whoever may open one may read it. What is withdrawn is not found. */
const COLUMNS = ['title', 'type', 'case_no', 'department', 'submitter', 'state', 'file']
const OPEN: readonly DocumentState[] = ['review', 'export', 'recheck', 'publish', 'returned']
const LONGEST = 10_000

export const documentSearch = (deps: Parameters<typeof scopeOf>[0]): SearchSource => ({
  kind: 'document',
  watch: { table: 'disclosure_document', key: 'id', columns: COLUMNS },
  access: (person) => (person.permissions.has('disclosure.read-own') ? accessOf(deps, person) : []),
  async read(db, refs) {
    const found: Searchable[] = []
    // One after another: a document may be large, and of each only the beginning is kept.
    for (const ref of refs) {
      const one = await findOne(db, ref)
      if (!one || one.state === 'withdrawn') continue
      const file = await findFile(db, one.file)
      found.push(searchable(deps.config, one, file ? textOf(file.extract).slice(0, LONGEST) : ''))
    }
    return found
  },
  async keys(db, after, limit) {
    const rows = db.withTables<DisclosureTables>().selectFrom('disclosure_document').select('id')
    return (await rows.where('id', '>', after).orderBy('id').limit(limit).execute()).map(({ id }) => id)
  },
})

function accessOf(deps: Parameters<typeof scopeOf>[0], person: Principal): string[] {
  try {
    const { department, submitter } = scopeOf(deps, person)
    if (department !== undefined) return [`department:${department}`]
    return [submitter === undefined ? 'all' : `own:${submitter}`]
  } catch (error) {
    // An account that is nobody of the office sees no documents, in the list as here.
    if (error instanceof Refusal) return []
    throw error
  }
}

function searchable(config: Config, one: StoredDisclosure, text: string): Searchable {
  const typeName = config.disclosure.types.find(({ id }) => id === one.type)?.name ?? one.type
  const department = config.site.departments.find(({ id }) => id === one.department)?.name ?? one.department
  return {
    kind: 'document',
    ref: one.id,
    title: one.title,
    numbers: one.caseNo ? [one.caseNo] : [],
    text: [typeName, text].filter(Boolean).join(' · '),
    at: one.submittedMs,
    link: `/desk/disclosure/${encodeURIComponent(one.id)}`,
    department,
    state: OPEN.includes(one.state) ? 'open' : 'closed',
    stateName: STATE_NAMES[one.state],
    colour: null,
    access: ['all', `department:${one.department}`, `own:${one.submitter}`],
    words: [typeName, department],
  }
}
