import { officeTime } from '../../../config/zone.ts'
import type { DraftField, FieldSource } from '../../../contract/http/assist-drafts.ts'
import type { ContradictionKind, Decided, Place, ReadingResult } from '../../../contract/http/assist-reading.ts'
import type { AssistCase } from '../context.ts'

/** What a draft may be filled from. Nothing else is: what stands nowhere stays 【待填】. */
export interface Sources {
  unit: string
  now: number
  file: AssistCase
  reading: ReadingResult | null
  /** Last word on each suggestion, by key. */
  decisions: Readonly<Record<string, Decided>>
  /** Names of the files by id. */
  files: ReadonlyMap<string, string>
}
type Filled = { value: string; source: FieldSource } | { why: string } | null
type Filler = (from: Sources) => Filled

export const longDate = (day: string): string => {
  const { year, month, day: date } = Temporal.PlainDate.from(day)
  return `${year}年${month}月${date}日`
}
const ofCase =
  (label: string, read: (file: AssistCase) => string | null): Filler =>
  ({ file }) => {
    const value = read(file)
    return value ? { value, source: { kind: 'case', label: `案件登记·${label}`, record: file.id, places: [] } } : null
  }
const day =
  (label: string, read: (file: AssistCase) => string | null): Filler =>
  (from) =>
    ofCase(label, (file) => {
      const value = read(file)
      return value ? longDate(value) : null
    })(from)

/** People whom a record calls so. */
const people =
  (label: string, roles: readonly string[]): Filler =>
  ({ reading }) => {
    const found = (reading?.persons ?? []).filter(
      ({ role, statements, mentions }) => role && roles.includes(role) && statements + mentions > 0,
    )
    const [first] = found
    if (!first) return null
    const source = {
      kind: 'reading' as const,
      label: `阅卷·${label}`,
      record: first.place.file,
      places: found.map(({ place }) => place),
    }
    return { value: found.map(({ name }) => name).join('、'), source }
  }

/** A fact is filled only where every record says the same, or a person has decided. */
const fact =
  (label: string, kind: ContradictionKind, topics: RegExp): Filler =>
  ({ reading, decisions }) => {
    if (!reading) return null
    const rows = reading.facts.filter((row) => row.kind === kind && topics.test(row.topic))
    const [row] = [...rows].sort((a, b) => b.cells.length - a.cells.length)
    if (!row) return null
    const against = reading.contradictions.filter((one) => one.kind === kind && one.topic === row.topic)
    const amended = decisions[row.key]
    const places = row.cells.map(({ place }) => place)
    if (amended?.verdict === 'amended')
      return {
        value: amended.note,
        source: { kind: 'decision', label: `承办人 ${amended.by} 的决定`, record: row.key, places },
      }
    const open = against.filter(({ key }) => decisions[key]?.verdict !== 'rejected')
    if (open.length > 0) return { why: '各笔录说法不一，由承办人认定后填写' }
    const values = [...new Set(row.cells.map(({ value }) => value))]
    return {
      value: kind === 'time' ? timeWords(values[0] ?? '') : values.join('、'),
      source: { kind: 'reading', label: `阅卷·${label}`, record: row.key, places },
    }
  }
/** `2026-03-05 20时许` → `2026年3月5日20时许`. */
const timeWords = (value: string): string =>
  value.replace(
    /^(\d{4})-(\d\d)-(\d\d)\s?/,
    (_whole, y: string, m: string, d: string) => `${y}年${Number(m)}月${Number(d)}日`,
  )

const statements: Filler = ({ reading, files }) => {
  const list = reading?.statements ?? []
  if (list.length === 0) return null
  const lines = list.map(
    ({ speaker, role, title, day, place }, at) =>
      `${at + 1}.${role === '犯罪嫌疑人' ? `犯罪嫌疑人${speaker}的供述与辩解` : role === '被害人' ? `被害人${speaker}的陈述` : `证人${speaker}的证言`}（${day ? `${longDate(day)}，` : ''}${title}，${where(place, files)}）`,
  )
  const places = list.map(({ place }) => place)
  return { value: lines.join('\n'), source: { kind: 'reading', label: '阅卷·目录', record: list[0]?.id ?? '', places } }
}
const where = ({ file, page, paragraph }: Place, files: ReadonlyMap<string, string>): string =>
  `${files.get(file) ?? '卷宗'}${page === null ? '' : `第${page}页`}第${paragraph}段`

/** Only those that a person has taken up. */
const contradictions: Filler = ({ reading, decisions }) => {
  const list = (reading?.contradictions ?? []).filter(({ key }) => {
    const verdict = decisions[key]?.verdict
    return verdict === 'adopted' || verdict === 'amended'
  })
  if (list.length === 0)
    return (reading?.contradictions.length ?? 0) > 0 ? { why: '阅卷发现的矛盾点还没有采用的，采用后可填入' } : null
  const lines = list.map((one, at) => {
    const decided = decisions[one.key]
    return `${at + 1}.${one.topic}：${decided?.verdict === 'amended' ? decided.note : one.why}`
  })
  const places = list.flatMap(({ sides }) => sides.flatMap(({ said }) => said.slice(0, 1).map(({ place }) => place)))
  return {
    value: lines.join('\n'),
    source: { kind: 'decision', label: '采用的矛盾点', record: list[0]?.key ?? '', places },
  }
}

export const FILLERS: Readonly<Record<string, Filler>> = {
  院名: ({ unit }) => ({
    value: unit,
    source: { kind: 'office', label: '本院配置·院名', record: 'site.yaml', places: [] },
  }),
  今日: ({ now }) => ({
    value: longDate(officeTime(now).toPlainDate().toString()),
    source: { kind: 'calendar', label: '起草当日', record: officeTime(now).toPlainDate().toString(), places: [] },
  }),
  案号: ofCase('部门受案号', ({ caseNo }) => caseNo.replaceAll('[', '〔').replaceAll(']', '〕')),
  统一受案号: ofCase('统一受案号', ({ unifiedNo }) => unifiedNo),
  案件类别: ofCase('案件类别', ({ type }) => type || null),
  罪名: ofCase('案由', ({ cause }) => cause),
  承办部门: ofCase('承办部门', ({ department }) => department),
  承办人: ofCase('承办人', ({ handler }) => handler?.name ?? null),
  承办人职务: ofCase('承办人职务', ({ handler }) => handler?.title ?? null),
  受理日期: day('受理日期', ({ accepted }) => accepted),
  分案日期: day('分案日期', ({ assigned }) => assigned),
  办案期限: day('办案期限届满日', ({ due }) => due),
  强制措施: ofCase('强制措施', ({ coercion }) => coercion),
  羁押状态: ofCase('羁押状态', ({ custody }) => (custody ? '在押' : '未羁押')),
  办理环节: ofCase('办理环节', ({ node }) => node),
  犯罪嫌疑人: people('犯罪嫌疑人', ['犯罪嫌疑人', '被告人']),
  被害人: people('被害人', ['被害人']),
  证人: people('证人', ['证人']),
  作案时间: fact('时间', 'time', /动手|拿走|给付|交易/),
  作案地点: fact('地点', 'place', /动手|拿走|给付|交易/),
  涉案数额: fact('数额', 'amount', /拿走|给付|交易/),
  作案方式: fact('方式', 'manner', /动手|拿走|给付/),
  笔录清单: statements,
  矛盾点清单: contradictions,
}
export const isAutomatic = (name: string): boolean => Object.hasOwn(FILLERS, name)

/** Fields of a template from what is known. */
export function fill(names: readonly string[], from: Sources): DraftField[] {
  return names.map((name) => {
    const found = isAutomatic(name) ? (FILLERS[name]?.(from) ?? null) : null
    if (found === null) return { name, value: null, source: null, why: null }
    return 'why' in found ? { name, value: null, source: null, why: found.why } : { name, ...found, why: null }
  })
}
/** What a person types stands before everything; an empty text takes the value away. */
export function typed(
  fields: readonly DraftField[],
  values: Readonly<Record<string, string>>,
  by: { id: string; name: string },
): DraftField[] {
  return fields.map((field) => {
    const text = values[field.name]
    if (text === undefined || text === field.value) return field
    const value = text.trim()
    if (value === '') return { ...field, value: null, source: null, why: '由承办人清空' }
    return {
      name: field.name,
      value,
      source: { kind: 'person', label: `${by.name} 填写`, record: by.id, places: [] },
      why: null,
    }
  })
}
