import type { SentencingFactor, SentencingRules } from '../../config/sentencing.ts'
import type { SentencingAnswer, SentencingInput } from '../../contract/http/assist.ts'
import { add, type Fraction, fraction, less, onePlus, percentOf, rounded, times } from './fraction.ts'

/**
 * 量刑起点 → 基准刑 → 第一层连乘 → 第二层加减 → 法定刑内外 → 取整 (法发〔2021〕21号 第二部分). Pure and exact; the answer is a
 * proposal with its reckoning, in months.
 */
type Line = SentencingAnswer['ledger'][number]
interface Given {
  factor: string
  percent: number
  known: SentencingFactor | undefined
  /** Of the group that 认罪认罚 already takes into account. */
  counted: boolean
}

export function reckonSentence(rules: SentencingRules, input: SentencingInput): SentencingAnswer {
  const warnings: string[] = []
  const ledger = book()
  let at = fraction(input.startMonths)
  ledger.note('start', `量刑起点（${input.crime}）`, null, at)
  for (const { reason, months } of input.increments) {
    at = add(at, fraction(months))
    ledger.note('increment', reason, null, at)
  }
  const baseline = at

  for (const given of recognise(rules, input.layer1, 1, warnings)) {
    at = times(at, onePlus(given.percent))
    ledger.note('layer1', given.factor, given.percent, at)
  }
  const afterLayer1 = at

  const second = withoutDoubles(rules, recognise(rules, input.layer2, 2, warnings), warnings)
  for (const given of second) {
    at = given.counted ? add(at, shareOf(afterLayer1, given, warnings)) : at
    ledger.note('layer2', given.counted ? given.factor : `${given.factor}（不重复评价，不计）`, given.percent, at)
  }
  if (at.num < 0n) {
    at = fraction(0)
    ledger.note('layer2', '减少幅度超过全部刑期，以零计', null, at)
    warnings.push('减少幅度合计超过 100%，请核对各情节幅度')
  }
  const result = at
  at = bounded(input, at, ledger, warnings)
  const final = rounded(at, 0)
  ledger.note('round', '取整到月（四舍五入）', null, fraction(final))
  remarks(rules, input, final, second, warnings)
  return {
    baseline: rounded(baseline, 2),
    afterLayer1: rounded(afterLayer1, 2),
    result: rounded(result, 2),
    final,
    ledger: ledger.lines,
    warnings,
    ruleVersion: rules.version,
    legalBasis: rules.legal_basis,
  }
}

/** Lines whose months add up exactly to where the last one stands. */
function book() {
  const lines: Line[] = []
  let before = 0
  return {
    lines,
    note(step: Line['step'], what: string, percent: number | null, at: Fraction): void {
      const total = rounded(at, 2)
      lines.push({ step, what, percent, months: Math.round((total - before) * 100) / 100, total })
      before = total
    },
  }
}

const plain = (text: string): string => text.normalize('NFKC').replace(/\s/g, '')

/** The circumstance that a free text names: 认罪认罚 wherever it stands, else the first word of the list, the longer one. */
export function recogniseFactor(rules: SentencingRules, text: string): SentencingFactor | undefined {
  const said = plain(text)
  const lead = rules.factors.find(({ name }) => name === rules.noDouble.lead && said.includes(name))
  if (lead) return lead
  return rules.factors
    .flatMap((factor) => [factor.name, ...factor.aliases].map((word) => ({ factor, word: plain(word) })))
    .map((found) => ({ ...found, at: said.indexOf(found.word) }))
    .filter(({ at }) => at >= 0)
    .sort((a, b) => a.at - b.at || b.word.length - a.word.length)[0]?.factor
}

function recognise(rules: SentencingRules, list: SentencingInput['layer1'], layer: 1 | 2, warnings: string[]): Given[] {
  return list.map(({ factor, percent }) => {
    const known = recogniseFactor(rules, factor)
    if (!known) warnings.push(`“${factor}”不在量刑情节表中，按填写的 ${signed(percent)} 计，请写明依据`)
    else if (known.layer !== layer) warnings.push(`“${factor}”通常在第${known.layer === 1 ? '一' : '二'}层调节，请核对`)
    else {
      const least = known.name === rules.noDouble.lead && joined(rules, factor) ? rules.noDouble.combinedMin : known.min
      if (percent < least || percent > known.max)
        warnings.push(
          `“${factor}”的幅度 ${signed(percent)} 超出参考幅度 ${signed(least)} 至 ${signed(known.max)}，请写明理由`,
        )
    }
    return { factor, percent, known, counted: true }
  })
}

/** `认罪认罚（自首、退赃）`: one entry that already stands for several. */
const joined = (rules: SentencingRules, text: string): boolean =>
  rules.factors
    .filter(({ name }) => rules.noDouble.within.includes(name))
    .some(({ name, aliases }) => [name, ...aliases].some((word) => plain(text).includes(plain(word))))

/** 认罪认罚 and what it takes into account are one or the other, never both: the larger reduction stands. */
function withoutDoubles(rules: SentencingRules, list: Given[], warnings: string[]): Given[] {
  const { lead, within } = rules.noDouble
  const leads = list.filter(({ known }) => known?.name === lead)
  const singles = list.filter(({ known }) => known !== undefined && within.includes(known.name))
  if (leads.length === 0 || singles.length === 0) return list
  const sum = (part: readonly Given[]) =>
    part.reduce((total, { percent }) => total + Math.round(percent * 100), 0) / 100
  const [together, apart] = [sum(leads), sum(singles)]
  const left = together <= apart ? singles : leads
  const names = singles.map(({ factor }) => factor).join('、')
  warnings.push(
    `${lead}与${names}不作重复评价：合并计 ${signed(together)}，分别计 ${signed(apart)}，已取减少较多的一种；需要合并幅度的，请在${lead}一项填写（${signed(rules.noDouble.combinedMin)} 以内）`,
  )
  return list.map((given) => (left.includes(given) ? { ...given, counted: false } : given))
}

function shareOf(afterLayer1: Fraction, { factor, percent, known }: Given, warnings: string[]): Fraction {
  const share = percentOf(afterLayer1, percent)
  const least = fraction(known?.leastMonths ?? 0)
  if (percent <= 0 || !less(share, least)) return share
  warnings.push(`“${factor}”按 ${signed(percent)} 不足 ${known?.leastMonths} 个月，按 ${known?.leastMonths} 个月增加`)
  return least
}

function bounded(input: SentencingInput, at: Fraction, ledger: ReturnType<typeof book>, warnings: string[]): Fraction {
  const [min, max] = [fraction(input.statutory.min), fraction(input.statutory.max)]
  const shown = rounded(at, 2)
  if (less(max, at)) {
    warnings.push(`${shown} 个月高于法定最高刑，以法定最高刑 ${input.statutory.max} 个月计`)
    ledger.note('bound', '不得超过法定最高刑', null, max)
    return max
  }
  if (!less(at, min)) return at
  if (input.mitigated) {
    warnings.push(
      `${shown} 个月低于法定最低刑 ${input.statutory.min} 个月：有减轻处罚情节，可在法定刑以下（须在下一量刑幅度内，刑法第六十三条）`,
    )
    return at
  }
  warnings.push(`${shown} 个月低于法定最低刑，且没有减轻处罚情节，以法定最低刑 ${input.statutory.min} 个月计`)
  ledger.note('bound', '没有减轻处罚情节，不得低于法定最低刑', null, min)
  return min
}

function remarks(
  rules: SentencingRules,
  input: SentencingInput,
  final: number,
  second: readonly Given[],
  warnings: string[],
): void {
  if (final > 0 && final < rules.fixedTermFrom)
    warnings.push(
      `不足 ${rules.fixedTermFrom} 个月：有期徒刑自 ${rules.fixedTermFrom} 个月起（刑法第四十五条），应考虑拘役、管制或其他处理`,
    )
  if (final > rules.fixedTermTo)
    warnings.push(`超过单罪有期徒刑上限 ${rules.fixedTermTo} 个月，请核对（刑法第四十五条）`)
  if (second.some(({ known }) => known?.name === '累犯')) warnings.push('累犯不适用缓刑（刑法第七十四条）')
  if (input.statutory.min === 0 && input.statutory.max === 0) warnings.push('法定刑幅度为零，请填写')
}

const signed = (percent: number): string => `${percent > 0 ? '+' : percent < 0 ? '−' : ''}${Math.abs(percent)}%`
