import { DOMAIN_WORDS } from '../../../contract/domains.ts'
import type { SourceItem } from '../../../contract/panels/sources.ts'
import { isTrouble, sourceAge } from '../panels/source-words.ts'

const LIMIT = 6

/**
 * At most six cells. While the sources fit, each has its own, called by its domain where that is unambiguous; more of
 * them stand together by domain, each represented by its worst. The system itself is not a source.
 */
export function topSources(items: readonly SourceItem[], now: number): { label: string; item: SourceItem }[] {
  const outside = items.filter((item) => item.domain !== 'infra')
  const alone = (item: SourceItem) => outside.filter((one) => one.domain === item.domain).length === 1
  if (outside.length <= LIMIT)
    return outside.map((item) => ({ label: alone(item) ? DOMAIN_WORDS[item.domain] : item.name, item }))
  const domains = [...new Set(outside.map((item) => item.domain))]
  return domains.slice(0, LIMIT).flatMap((domain) => {
    const [item] = outside.filter((one) => one.domain === domain).sort((a, b) => worse(a, b, now))
    return item ? [{ label: DOMAIN_WORDS[domain], item }] : []
  })
}

function worse(a: SourceItem, b: SourceItem, now: number): number {
  const rank = (item: SourceItem) => (item.state === 'broken' ? 0 : isTrouble(item, now) ? 1 : 2)
  const age = (item: SourceItem) => sourceAge(item, now) ?? Number.POSITIVE_INFINITY
  return rank(a) - rank(b) || age(b) - age(a)
}
