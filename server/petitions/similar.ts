/** Pure: how alike two matters are, by pairs of characters; cheap enough to compare one with thousands. */

/** Pairs of neighbouring letters, digits and Han characters; blanks and punctuation do not count. */
export function bigrams(text: string): ReadonlySet<string> {
  const plain = [
    ...text
      .toLowerCase()
      .normalize('NFKC')
      .replaceAll(/[^\p{L}\p{N}]/gu, ''),
  ]
  return new Set(plain.slice(1).map((letter, at) => `${plain[at]}${letter}`))
}

/** Dice: 0 nothing in common, 1 the same pairs. */
export function likeness(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  if (a.size === 0 || b.size === 0) return 0
  const [small, large] = a.size < b.size ? [a, b] : [b, a]
  let common = 0
  for (const pair of small) if (large.has(pair)) common++
  return (2 * common) / (a.size + b.size)
}

export interface Comparable {
  id: string
  words: string
  object: string | null
  caseNo: string | null
  phone: string | null
}
export interface Similar {
  id: string
  percent: number
  why: string[]
}
const LEAST = 25
const MOST = 10

/** At most ten, the likest first; the same case, object or contact counts more than words. */
export function similarTo(one: Comparable, others: readonly Comparable[]): Similar[] {
  const own = bigrams(one.words)
  const same = (a: string | null, b: string | null) => a !== null && a !== '' && a === b
  return others
    .filter(({ id }) => id !== one.id)
    .map((other) => {
      const words = Math.round(100 * likeness(own, bigrams(other.words)))
      const why: string[] = []
      let percent = words
      const ground = (holds: boolean, least: number, said: string) => {
        if (!holds) return
        why.push(said)
        percent = Math.max(percent, least)
      }
      ground(same(one.caseNo, other.caseNo), 90, '同一案件')
      ground(same(one.phone, other.phone), 80, '同一联系人')
      ground(same(one.object, other.object), 60, '同一对象')
      if (words >= LEAST) why.push(`文字相近 ${words}%`)
      return { id: other.id, percent, why }
    })
    .filter(({ percent, why }) => percent >= LEAST && why.length > 0)
    .sort((a, b) => b.percent - a.percent || (a.id < b.id ? -1 : 1))
    .slice(0, MOST)
}
