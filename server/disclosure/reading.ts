import { Readable } from 'node:stream'
import { officeDate } from '../../config/zone.ts'
import { disclosureRoutes } from '../../contract/http/disclosure.ts'
import { type BoundRoute, bind, type StreamAnswer } from '../feature.ts'
import { offsetOf } from '../offset.ts'
import { Refusal } from '../refusal.ts'
import type { DisclosureDeps } from './context.ts'
import { ENDINGS } from './files/model.ts'
import { publicUrl } from './moves.ts'
import { presentDetail, presentItem, presentSides, scopeOf, seen } from './present.ts'
import { findCopy, findOne, listAll, listPublished, type StoredDisclosure } from './repository.ts'

export function readingRoutes(deps: DisclosureDeps): BoundRoute[] {
  const { records, config } = deps
  return [
    bind(disclosureRoutes.rules, async () => {
      const { version, legal_basis, types, grounds } = config.disclosure
      return { version, legalBasis: legal_basis, types, grounds }
    }),
    bind(disclosureRoutes.list, async ({ query, person, now }) => {
      const offset = offsetOf(query.cursor)
      const found = await listAll(records.read, {
        ...scopeOf(deps, person),
        states: query.state ? [query.state] : query.overdue ? ['review', 'export', 'recheck', 'publish'] : [],
        ...(query.overdue ? { dueBefore: officeDate(now) } : {}),
        offset,
        limit: query.limit,
      })
      return {
        items: found.map((one) => presentItem(deps, one, person, now)),
        cursor: found.length === query.limit ? String(offset + found.length) : null,
      }
    }),
    bind(disclosureRoutes.get, async ({ params, person, now }) =>
      presentDetail(deps, await seen(deps, person, params.id), person, now),
    ),
    bind(disclosureRoutes.sides, async ({ params, person }) => presentSides(deps, await seen(deps, person, params.id))),
    bind(disclosureRoutes.copy, async ({ params, person }) => copyOf(deps, await seen(deps, person, params.id))),
  ]
}

/** What everybody may read: published and not withdrawn. */
export function publicRoutes(deps: DisclosureDeps): BoundRoute[] {
  const { records, config } = deps
  return [
    bind(disclosureRoutes.publicList, async ({ query }) => {
      const offset = offsetOf(query.cursor)
      const found = await listPublished(records.read, offset, query.limit)
      return {
        items: found.flatMap(({ id, publicTitle, type, publishedMs, copy }) =>
          copy && publishedMs !== null
            ? [
                {
                  id,
                  title: publicTitle ?? '',
                  typeName: config.disclosure.types.find((one) => one.id === type)?.name ?? '',
                  publishedAt: publishedMs,
                  format: copy.format,
                  size: copy.size,
                  hash: copy.hash,
                  url: publicUrl(id),
                },
              ]
            : [],
        ),
        unit: config.site.unit,
        demo: config.site.demo,
        cursor: found.length === query.limit ? String(offset + found.length) : null,
      }
    }),
    bind(disclosureRoutes.publicFile, async ({ params }) => {
      const one = await findOne(records.read, params.id)
      // Withdrawn, not yet published, never heard of: the same answer.
      if (one?.state !== 'published') throw new Refusal('not-found', '没有这份公开文书，或已撤回')
      return copyOf(deps, one)
    }),
  ]
}

async function copyOf({ records }: DisclosureDeps, one: StoredDisclosure): Promise<StreamAnswer> {
  const bytes = one.copy && (await findCopy(records.read, one.id, one.copy.hash))
  if (!one.copy || !bytes) throw new Refusal('not-found', '还没有导出的副本')
  const [ending, media] = ENDINGS[one.copy.format]
  return { stream: Readable.from([bytes]), contentType: media, filename: `${one.copy.hash.slice(0, 12)}.${ending}` }
}
