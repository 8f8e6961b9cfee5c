import type { Config } from '../../config/load.ts'
import { PETITION_STAGE_NAMES } from '../../contract/http/petitions.ts'
import type { Searchable, SearchSource } from '../feature.ts'
import { departmentName, findPerson } from './context.ts'
import { type Matter, mattersById, on } from './repository.ts'

/** Matters for the search box: of the matter all that everybody sees who sees it, so never who brought it. */
const COLUMNS = [
  ...['no', 'title', 'demand', 'kind', 'object', 'area', 'case_no', 'external_no', 'department', 'handler', 'leader'],
  ...['colour', 'stage', 'open', 'received_on'],
]

export const petitionSearch = (config: Config): SearchSource => ({
  kind: 'petition',
  watch: { table: 'petition', key: 'id', columns: COLUMNS },
  access(person) {
    if (!person.permissions.has('petitions.read-own')) return []
    if (person.permissions.has('petitions.read')) return ['all']
    const me = findPerson({ config }, person)
    return me ? [`person:${me.id}`] : []
  },
  async read(db, refs) {
    return [...(await mattersById(db, [...refs])).values()].map((matter) => searchable(config, matter))
  },
  async keys(db, after, limit) {
    const rows = on(db).selectFrom('petition').select('id').where('id', '>', after).orderBy('id').limit(limit)
    return (await rows.execute()).map(({ id }) => id)
  },
})

function searchable(config: Config, matter: Matter): Searchable {
  const kindName = config.petitions.kinds.find(({ id }) => id === matter.kind)?.name ?? matter.kind
  const department = departmentName({ config }, matter.department)
  return {
    kind: 'petition',
    ref: matter.id,
    title: matter.title,
    numbers: [matter.no, matter.caseNo, matter.externalNo].flatMap((number) => (number ? [number] : [])),
    text: [matter.demand, matter.object, kindName, matter.area].filter(Boolean).join(' · '),
    at: matter.registeredMs,
    link: `/desk/petitions/${encodeURIComponent(matter.id)}`,
    department,
    state: matter.open ? 'open' : 'closed',
    stateName: PETITION_STAGE_NAMES[matter.stage],
    colour: matter.colour,
    access: ['all', ...[matter.handler, matter.leader].filter((id) => id !== null).map((id) => `person:${id}`)],
    words: [kindName, department, matter.area].flatMap((word) => (word ? [word] : [])),
  }
}
