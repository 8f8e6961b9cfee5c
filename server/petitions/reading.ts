import { Readable } from 'node:stream'
import { type ByColour, PETITION_COLOUR_NAMES, petitionRoutes } from '../../contract/http/petitions.ts'
import { type BoundRoute, bind } from '../feature.ts'
import { offsetOf } from '../offset.ts'
import { Refusal } from '../refusal.ts'
import { type PetitionDeps, scopeOf } from './context.ts'
import { fileOf } from './files.ts'
import { petitionPack } from './pack.ts'
import { presentDetail, presentItem } from './present.ts'
import { comparables, countByColour, listMatters, type MatterFilter, mattersById } from './repository.ts'
import { seen } from './seen.ts'
import { type Comparable, similarTo } from './similar.ts'

/** Lists, one matter, what resembles it, its files and its archive. */
const COMPARED = 5000

export const byColourOf = (counts: ReadonlyMap<string | null, number>): ByColour => ({
  green: counts.get('green') ?? 0,
  blue: counts.get('blue') ?? 0,
  yellow: counts.get('yellow') ?? 0,
  orange: counts.get('orange') ?? 0,
  red: counts.get('red') ?? 0,
})
const fileStream = (bytes: Buffer, filename: string, contentType = 'application/octet-stream') => ({
  stream: Readable.from([bytes]),
  contentType,
  filename,
})

export function readingRoutes(deps: PetitionDeps): BoundRoute[] {
  const { records } = deps
  return [
    bind(petitionRoutes.list, async ({ query, person, now }) => {
      const { limit, cursor, overdue, ...rest } = query
      const filter: MatterFilter = { ...rest, ...scopeOf(deps, person), lateAt: overdue ? now : undefined }
      const offset = offsetOf(cursor)
      const [matters, counts] = await Promise.all([
        listMatters(records.read, filter, { offset, limit }),
        countByColour(records.read, { ...filter, colour: undefined }),
      ])
      return {
        items: matters.map((matter) => presentItem(deps, matter, now)),
        cursor: matters.length === limit ? String(offset + matters.length) : null,
        byColour: byColourOf(counts),
        unassessed: counts.get(null) ?? 0,
      }
    }),
    bind(petitionRoutes.get, async ({ params, person, now }) =>
      presentDetail(deps, await seen(deps, person, params.id), person, now),
    ),
    bind(petitionRoutes.similar, async ({ params, person, now }) => {
      const matter = await seen(deps, person, params.id)
      const others = (await comparables(records.read, COMPARED)).map((row) => ({
        id: row.id,
        words: `${row.title} ${row.demand}`,
        object: row.object,
        caseNo: row.case_no,
        phone: phoneOf(row.contact),
      }))
      const self: Comparable = {
        id: matter.id,
        words: `${matter.title} ${matter.demand}`,
        object: matter.object,
        caseNo: matter.caseNo,
        phone: matter.contact?.phone || null,
      }
      const found = similarTo(self, others)
      const known = await mattersById(
        records.read,
        found.map(({ id }) => id),
      )
      const items = found.flatMap(({ id, percent, why }) => {
        const one = known.get(id)
        const { person: only } = scopeOf(deps, person)
        if (!one || (only !== undefined && one.handler !== only && one.leader !== only)) return []
        const outcome = one.open ? null : one.stage === 'archived' ? '已息诉归档' : '已销号'
        return [{ petition: presentItem(deps, one, now), likeness: percent, why, outcome }]
      })
      return { items }
    }),
    bind(petitionRoutes.file, async ({ params, person }) => {
      const matter = await seen(deps, person, params.id)
      const file = await fileOf(records.read, matter.id, params.hash)
      if (!file) throw new Refusal('not-found', '这件事项没有这份文件')
      return fileStream(file.bytes, file.name)
    }),
    bind(petitionRoutes.pack, async ({ params, person, now }) => {
      const matter = await seen(deps, person, params.id)
      const detail = await presentDetail(deps, matter, person, now)
      const bytes = await petitionPack(deps, matter, detail, now)
      return fileStream(bytes, `${matter.no.replaceAll(/[〔〕\s]/g, '')}.zip`, 'application/zip')
    }),
    rulesRoute(deps),
  ]
}
const phoneOf = (contact: string | null): string | null =>
  contact === null ? null : (JSON.parse(contact) as { phone: string }).phone || null

function rulesRoute({ config }: PetitionDeps): BoundRoute {
  const rules = config.petitions
  const { site } = config
  const leading = new Set(rules.colours.slice(2).flatMap(({ leaderTitles }) => leaderTitles))
  return bind(petitionRoutes.rules, async () => ({
    version: rules.version,
    legalBasis: rules.legal_basis,
    colours: rules.colours.map((one) => ({
      colour: one.colour,
      ...PETITION_COLOUR_NAMES[one.colour],
      tier: one.tier,
      from: one.from,
      manifestation: one.manifestation,
      measures: one.measures,
      responsible: one.responsible,
      leaderTitles: one.leaderTitles,
      firstAction: one.firstActionWords,
      review: one.reviewWords,
      reports: one.reports,
      approver: one.approval?.name ?? null,
    })),
    parts: rules.parts.map((part) => ({
      id: part.id,
      name: part.name,
      max: part.max,
      ask: part.ask,
      unit: part.ask === 'count' ? part.unit : null,
      levels: part.ask === 'level' ? part.levels : [],
    })),
    signals: rules.signals.map(({ id, name, atLeast, zero }) => ({ id, name, atLeast, zero })),
    kinds: rules.kinds.map(({ id, name }) => ({ id, name })),
    units: rules.units.map(({ id, name }) => ({ id, name })),
    measures: [...new Set(rules.colours.flatMap(({ measures }) => measures))],
    revisitDays: rules.revisitDays,
    attemptsToExempt: rules.exempt.attempts,
    people: site.people.map(({ id, name, department, title }) => ({
      id,
      name,
      department,
      title,
      leader: leading.has(title),
    })),
    departments: site.departments.map(({ id, name }) => ({ id, name })),
  }))
}
