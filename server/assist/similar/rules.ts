import type { SentencingRules } from '../../../config/sentencing.ts'
import type { SimilarItem, Spread } from '../../../contract/http/assist-similar.ts'
import { recogniseFactor } from '../sentencing.ts'

/**
 * Which judged cases are like this one, in steps that can be told: the charge must be the same; circumstances count by
 * their weight in the sentencing rules; words count by pairs of characters, rare ones more. Pure.
 */
export interface Judged {
  id: string
  no: string
  caseNo: string | null
  court: string | null
  judgedOn: string | null
  published: boolean
  circumstances: readonly string[]
  months: number | null
  sentence: string
  text: string
}
export interface Asked {
  circumstances: readonly string[]
  text: string
}
/** Circumstances weigh more than words: they decide the sentence. */
const SHARE = { circumstances: 0.6, text: 0.4 }
/** From here on a case is near and counts in the distribution. */
export const NEAR = 0.5
const TEXT_CHARS = 3000
const EXCERPT = 120

export const chargeName = (said: string): string => said.normalize('NFKC').replaceAll(/\s/g, '').replace(/罪$/, '')
/** `自首、退赃` → names of the sentencing rules, each once; what the rules do not know stays as it is said. */
export function circumstancesOf(rules: SentencingRules, said: string): string[] {
  const parts = said.split(/[、，,；;|\s]+/).filter(Boolean)
  return [...new Set(parts.map((part) => recogniseFactor(rules, part)?.name ?? part))].slice(0, 40)
}
const weightOf = (rules: SentencingRules, name: string): number => {
  const factor = rules.factors.find((one) => one.name === name)
  return factor ? Math.max(0.1, Math.abs(factor.min), Math.abs(factor.max)) : 20
}

/** Weighted share in common, 0–1; two cases without any are alike in that. */
export function circumstanceScore(rules: SentencingRules, a: readonly string[], b: readonly string[]): number {
  const all = [...new Set([...a, ...b])]
  const sum = (names: readonly string[]) => names.reduce((total, name) => total + weightOf(rules, name), 0)
  return all.length === 0 ? 1 : sum(all.filter((name) => a.includes(name) && b.includes(name))) / sum(all)
}

export function pairsOf(text: string): Map<string, number> {
  const counts = new Map<string, number>()
  const plain = text.slice(0, TEXT_CHARS).replaceAll(/[^\u4e00-\u9fa5A-Za-z]/g, ' ')
  for (let at = 0; at + 1 < plain.length; at += 1) {
    const pair = plain.slice(at, at + 2)
    if (!pair.includes(' ')) counts.set(pair, (counts.get(pair) ?? 0) + 1)
  }
  return counts
}

/** Cosine of pairs weighted by how rare they are among the candidates, and the pairs that weigh most. */
function textScores(asked: string, texts: readonly string[]): { score: number; words: string[] }[] {
  const own = pairsOf(asked)
  const all = texts.map(pairsOf)
  const seen = new Map<string, number>()
  for (const pairs of all) for (const pair of pairs.keys()) seen.set(pair, (seen.get(pair) ?? 0) + 1)
  // Never zero: where all candidates speak alike, their words still tell whether this case does.
  const rare = (pair: string) => Math.log(1 + (all.length + 1) / ((seen.get(pair) ?? 0) + 1))
  const weight = (pair: string, count: number) => (1 + Math.log(count)) * rare(pair)
  const length = (pairs: ReadonlyMap<string, number>) =>
    Math.sqrt([...pairs].reduce((sum, [pair, count]) => sum + weight(pair, count) ** 2, 0))
  const ownLength = length(own)
  return all.map((pairs) => {
    const common = [...own].flatMap(([pair, count]) => {
      const other = pairs.get(pair)
      return other === undefined ? [] : [{ pair, worth: weight(pair, count) * weight(pair, other) }]
    })
    const dot = common.reduce((sum, { worth }) => sum + worth, 0)
    const both = ownLength * length(pairs)
    const words = common
      .sort((a, b) => b.worth - a.worth || (a.pair < b.pair ? -1 : 1))
      .slice(0, 6)
      .map(({ pair }) => pair)
    return { score: both === 0 ? 0 : Math.min(1, dot / both), words }
  })
}

const two = (value: number): number => Math.round(value * 100) / 100
/** All of the same charge, best first. */
export function rank(
  rules: SentencingRules,
  asked: Asked,
  candidates: readonly Judged[],
): Omit<SimilarItem, 'decided'>[] {
  const texts =
    asked.text.trim() === ''
      ? null
      : textScores(
          asked.text,
          candidates.map(({ text }) => text),
        )
  return candidates
    .map((one, at) => {
      const circumstances = circumstanceScore(rules, asked.circumstances, one.circumstances)
      const text = texts?.[at]
      const score = text ? SHARE.circumstances * circumstances + SHARE.text * text.score : circumstances
      return {
        key: one.id,
        no: one.no,
        court: one.court,
        judgedOn: one.judgedOn,
        source: one.published ? '公开裁判文书' : '本院案件',
        caseNo: one.caseNo,
        months: one.months,
        sentence: one.sentence,
        score: two(score),
        circumstanceScore: two(circumstances),
        textScore: text ? two(text.score) : null,
        matched: asked.circumstances.filter((name) => one.circumstances.includes(name)),
        onlyAsked: asked.circumstances.filter((name) => !one.circumstances.includes(name)),
        onlyFound: one.circumstances.filter((name) => !asked.circumstances.includes(name)),
        words: text?.words ?? [],
        excerpt: one.text.slice(0, EXCERPT),
        near: circumstances >= NEAR,
      }
    })
    .sort((a, b) => b.score - a.score || (a.no < b.no ? -1 : 1))
}

/** Linear between the two neighbours (R type 7). @param sorted ascending, not empty */
export function quantile(sorted: readonly number[], share: number): number {
  const at = (sorted.length - 1) * share
  const [low, high] = [Math.floor(at), Math.ceil(at)]
  const [a = 0, b = 0] = [sorted[low], sorted[high]]
  return Math.round((a + (b - a) * (at - low)) * 10) / 10
}
export function spreadOf(months: readonly number[]): Spread {
  const sorted = [...months].sort((a, b) => a - b)
  const of = (share: number) => (sorted.length === 0 ? null : quantile(sorted, share))
  return { n: sorted.length, p10: of(0.1), p25: of(0.25), median: of(0.5), p75: of(0.75), p90: of(0.9) }
}
