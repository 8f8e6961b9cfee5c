import { timesIn } from './dates.ts'
import { numberOf } from './numerals.ts'
import type { SourceText, Span } from './text.ts'

/** Documents inside files: each begins with its title line; records of questions know who speaks. */
export type DocumentKind = 'interrogation' | 'inquiry' | 'other'
export interface CaseDocument extends Span {
  id: string
  source: SourceText
  title: string
  kind: DocumentKind
  speaker: string | null
  role: string | null
  /** Day of the record, `YYYY-MM-DD`. */
  day: string | null
  /** Questions with their answers; a paper without questions is one answer. */
  turns: readonly { question: Span | null; answer: Span }[]
}

const TITLES =
  /^(?:第[一二三四五六七八九十\d]{1,3}次)?(?<title>讯问笔录|询问笔录|亲笔供词|自书材料|陈述笔录|起诉意见书|提请批准逮捕书|补充侦查报告书|补充侦查提纲|到案经过|抓获经过|归案情况说明|破案经过|受案登记表|受理登记表|报案材料|立案决定书|拘留证|逮捕证|取保候审决定书|监视居住决定书|鉴定意见(?:书|通知书)?|(?:法医学|人体损伤程度|血液酒精|毒品)?[\u4e00-\u9fa5]{0,8}鉴定书|检验报告|价格认定结论书|扣押(?:决定书|清单|笔录)|发还清单|接受证据材料清单|搜查(?:证|笔录)|检查笔录|现场勘验(?:检查)?笔录|辨认笔录|侦查实验笔录|提取笔录|电子数据(?:检查笔录|提取笔录)?|视听资料说明|情况说明|工作说明|户籍(?:信息|证明)|人口信息表|前科证明|刑事判决书|刑事裁定书|行政处罚决定书|谅解书|和解协议书?|调解协议书?|收条|收据|借条|转账记录|交易明细|认罪认罚具结书|权利义务告知书|卷内目录|卷宗目录)(?:[（(][^（()）]{1,20}[）)])?$/u
const NAMED = '[\\u4e00-\\u9fa5·]{2,15}?'
const SPEAKER = new RegExp(
  `(?:被讯问人|被询问人|犯罪嫌疑人|被告人|被害人|证人|报案人|陈述人|供述人|书写人|姓名)(?:姓名)?[：:\\s]{1,3}(?<name>${NAMED})(?=[\\s，,。；;（(、]|性别|男|女|出生|$)`,
  'u',
)
const ROLE = /犯罪嫌疑人|被告人|被害人|证人|报案人/u
const QUESTION = /^\s{0,8}问\s{0,2}[：:]/u
const ANSWER = /^\s{0,8}答\s{0,2}[：:]/u

const COVER = 100
export function documentsOf(source: SourceText): CaseDocument[] {
  const heads = source.paragraphs.flatMap((one, at) => {
    const title = titleOf(source.text.slice(one.start, Math.min(one.end, one.start + 60)), one.end - one.start)
    return title ? [{ at, title }] : []
  })
  // A few words above the first title are a cover, no paper.
  const first = heads[0]?.at ?? source.paragraphs.length
  const cover = heads.length > 0 && (source.paragraphs[first]?.start ?? 0) < COVER
  const starts = first > 0 && !cover && hasWords(source, 0, first) ? [{ at: 0, title: source.name }, ...heads] : heads
  return starts.map(({ at, title }, n) =>
    documentOf(source, title, at, starts[n + 1]?.at ?? source.paragraphs.length, n),
  )
}
const hasWords = (source: SourceText, from: number, to: number): boolean =>
  /\S/.test(source.text.slice(source.paragraphs[from]?.start ?? 0, source.paragraphs[to - 1]?.end ?? 0))

/** A title stands alone in its line, letters spaced or not. */
export function titleOf(line: string, length: number): string | null {
  if (length > 60) return null
  const plain = line.replaceAll(/\s/g, '')
  return plain.length <= 30 && TITLES.test(plain) ? plain : null
}

function documentOf(source: SourceText, title: string, from: number, to: number, n: number): CaseDocument {
  const paragraphs = source.paragraphs.slice(from, to)
  const span = { start: paragraphs[0]?.start ?? 0, end: paragraphs.at(-1)?.end ?? 0 }
  const turns = turnsOf(source, paragraphs.slice(1))
  const head = source.text.slice(span.start, Math.min(turns[0]?.question?.start ?? span.end, span.start + 1500))
  const kind = title.includes('讯问笔录') ? 'interrogation' : title.includes('询问笔录') ? 'inquiry' : 'other'
  const told = turns.length > 0 || /亲笔供词|自书材料|陈述笔录|报案材料/.test(title)
  const speaker = told ? (SPEAKER.exec(head)?.groups?.name ?? selfNamed(source.text.slice(span.start, span.end))) : null
  const role = speaker ? roleOf(kind, head) : null
  return {
    id: `${source.file}:${n}`,
    source,
    title: ordinalOf(head, title),
    kind,
    speaker,
    role,
    day: dayOf(head, source.text.slice(span.start, span.end)),
    turns:
      turns.length > 0 || !told
        ? turns
        : [{ question: null, answer: { start: paragraphs[1]?.start ?? span.start, end: span.end } }],
    ...span,
  }
}
const selfNamed = (text: string): string | null =>
  /(?:我叫|我是|我的姓名是)(?<name>[\u4e00-\u9fa5]{2,4})(?=[，,。])/u.exec(text.slice(0, 3000))?.groups?.name ?? null

function roleOf(kind: DocumentKind, head: string): string | null {
  if (kind === 'interrogation') return '犯罪嫌疑人'
  if (/系(?:本案)?(?:的)?被害人/u.test(head.slice(0, 600))) return '被害人'
  return ROLE.exec(head.slice(0, 600))?.[0]?.replace('报案人', '被害人') ?? (kind === 'inquiry' ? '被询问人' : null)
}
/** `讯问笔录` with `第二次` in its head is the second one. */
function ordinalOf(head: string, title: string): string {
  if (/第.{1,3}次/.test(title)) return title
  const said = /第(?<n>[一二三四五六七八九十\d]{1,3})次/u.exec(head.slice(0, 300))?.groups?.n
  const n = said ? numberOf(said) : undefined
  return n && /笔录/.test(title) ? `${title}（第${n}次）` : title
}
/** The day in the head; papers without one bear it at their end. */
function dayOf(head: string, whole: string): string | null {
  const find = (text: string) =>
    timesIn(text, { start: 0, end: text.length }, { record: null }).find(
      ({ day, derived }) => day?.length === 10 && !derived,
    )
  const labelled = /(?:讯问|询问|谈话|制作)?(?:开始)?时间[：:]?(?<x>[^\n]{4,60})/u.exec(head)?.groups?.x
  // The date below a paper stands in a line of its own; one in its words is no date of it.
  const last = whole.trimEnd().split('\n').at(-1)?.trim() ?? ''
  const end = /^[\d〇零一二三四五六七八九十年月日\s]{6,20}$/u.test(last) ? last : ''
  return (labelled && find(labelled)?.day) || find(/笔录/.test(whole.slice(0, 40)) ? head : end)?.day || null
}

function turnsOf(source: SourceText, paragraphs: readonly Span[]): { question: Span | null; answer: Span }[] {
  const turns: { question: Span | null; answer: Span }[] = []
  let question: Span | null = null
  let open: { question: Span | null; answer: Span } | null = null
  for (const { start, end } of paragraphs) {
    const line = source.text.slice(start, Math.min(end, start + 20))
    const lead = QUESTION.exec(line) ?? ANSWER.exec(line)
    const body = { start: start + (lead?.[0].length ?? 0), end }
    if (QUESTION.test(line)) {
      if (open) turns.push(open)
      open = null
      question = body
    } else if (ANSWER.test(line)) {
      if (open) turns.push(open)
      open = { question, answer: body }
      question = null
    } else if (open) open.answer.end = end
    else if (question) question.end = end
  }
  if (open) turns.push(open)
  return turns
}
