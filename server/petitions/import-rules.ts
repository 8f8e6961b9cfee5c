import type { PetitionRules } from '../../config/petitions.ts'
import type { Site } from '../../config/schema.ts'
import type { NewMatter } from './register.ts'

/** Pure: rows of a 信访 2.0 export → matters. Headers by their usual names, in any order, below any title rows. */
export const FIELDS = [
  {
    field: 'externalNo',
    name: '信访编号',
    match: ['信访编号', '信访件编号', '案件编号', '登记编号', '编号'],
    needed: true,
  },
  { field: 'title', name: '事项标题', match: ['事项标题', '标题', '信访事项', '主要事项', '摘要'], needed: false },
  {
    field: 'demand',
    name: '主要诉求',
    match: ['主要诉求', '诉求', '信访内容', '反映内容', '内容摘要', '主要内容'],
    needed: true,
  },
  {
    field: 'receivedOn',
    name: '收到日期',
    match: ['收到日期', '信访日期', '登记日期', '接收日期', '来信日期', '来访日期', '受理日期'],
    needed: true,
  },
  {
    field: 'kind',
    name: '信访类别',
    match: ['信访类别', '事项类别', '类别', '信访类型', '案件类别', '内容分类'],
    needed: false,
  },
  { field: 'channel', name: '信访形式', match: ['信访形式', '信访方式', '信访渠道', '来源'], needed: false },
  { field: 'name', name: '信访人', match: ['信访人', '信访人姓名', '来访人', '来信人', '姓名'], needed: false },
  { field: 'phone', name: '联系电话', match: ['联系电话', '联系方式', '电话', '手机'], needed: false },
  { field: 'people', name: '人数', match: ['人数', '信访人数', '来访人数'], needed: false },
  {
    field: 'object',
    name: '被反映对象',
    match: ['被反映对象', '被控告人', '被举报人', '被反映单位', '反映对象'],
    needed: false,
  },
  { field: 'area', name: '问题属地', match: ['问题属地', '属地', '所属区域', '住址所在地', '区域'], needed: false },
  { field: 'caseNo', name: '关联案号', match: ['关联案号', '案号', '受理号', '统一受案号'], needed: false },
  { field: 'department', name: '承办部门', match: ['承办部门', '办理部门'], needed: false },
  { field: 'handler', name: '承办人', match: ['承办人', '承办检察官'], needed: false },
] as const
type Field = (typeof FIELDS)[number]['field']

export type ImportReading =
  | {
      ok: true
      columns: Map<Field, string>
      rows: { row: number; matter: NewMatter }[]
      rejected: { row: number; reason: string }[]
    }
  | { ok: false; why: string }
const HEADER_WITHIN = 20

/** Header texts without blanks and brackets: 信访 编号（2.0） → 信访编号. */
const plain = (text: string): string =>
  text
    .normalize('NFKC')
    .replaceAll(/\(.*?\)/g, '')
    .replaceAll(/[\s*:]/g, '')
/** What a spreadsheet would run as a formula loses its head; control characters go. */
export const harmless = (text: string): string =>
  text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
    .replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '')
    .trim()
    .replace(/^[=+@\-\t\r]+(?=\S)/, '')
    .trim()

function headerOf(row: readonly string[]): Map<Field, number> {
  const found = new Map<Field, number>()
  const texts = row.map(plain)
  for (const { field, match } of FIELDS) {
    const at = match
      .map((word) => texts.indexOf(word))
      .find((index) => index >= 0 && ![...found.values()].includes(index))
    if (at !== undefined) found.set(field, at)
  }
  return found
}

export function readPetitions(rows: readonly (readonly string[])[], rules: PetitionRules, site: Site): ImportReading {
  const needed = FIELDS.filter((field) => field.needed)
  const at = rows.slice(0, HEADER_WITHIN).findIndex((row) => {
    const header = headerOf(row)
    return needed.every(({ field }) => header.has(field))
  })
  if (at < 0) return { ok: false, why: `找不到表头：须有${needed.map(({ name }) => `“${name}”`).join('、')}列` }
  const header = headerOf(rows[at] ?? [])
  const result: ImportReading = { ok: true, columns: new Map(), rows: [], rejected: [] }
  for (const [field, index] of header) result.columns.set(field, rows[at]?.[index] ?? '')
  const seen = new Set<string>()
  rows.slice(at + 1).forEach((row, n) => {
    const number = at + n + 2
    const cell = (field: Field): string => {
      const index = header.get(field)
      return index === undefined ? '' : harmless(row[index] ?? '')
    }
    if (row.every((text) => text.trim() === '') || isFoot(row)) return
    const read = matterOf(cell, rules, site)
    if (typeof read === 'string') result.rejected.push({ row: number, reason: read })
    else if (seen.has(read.externalNo ?? '')) result.rejected.push({ row: number, reason: '同一文件中编号重复' })
    else {
      seen.add(read.externalNo ?? '')
      result.rows.push({ row: number, matter: read })
    }
  })
  return result
}
const isFoot = (row: readonly string[]): boolean =>
  /^(合计|总计|小计|制表|填表|审核)/.test(row.find((text) => text.trim() !== '')?.trim() ?? '')

function matterOf(cell: (field: Field) => string, rules: PetitionRules, site: Site): NewMatter | string {
  const externalNo = cell('externalNo').slice(0, 120)
  const demand = cell('demand').slice(0, 4000)
  const receivedOn = dayOf(cell('receivedOn'))
  if (!externalNo) return '缺少信访编号'
  if (demand.length < 4) return '缺少主要诉求，或不足 4 个字'
  if (!receivedOn) return `收到日期 “${cell('receivedOn').slice(0, 20)}” 读不出`
  const people = Number(/^\d{1,6}/.exec(cell('people'))?.[0] ?? 1)
  const name = cell('name').slice(0, 60)
  const anonymous = /^匿名/.test(name)
  const person = site.people.filter((one) => one.name === cell('handler'))
  const kind = rules.kinds.find(({ match }) => match.some((word) => cell('kind').includes(word)))
  return {
    externalNo,
    title: (cell('title').length >= 4 ? cell('title') : demand).replaceAll(/\s+/g, ' ').slice(0, 100),
    demand,
    receivedOn,
    kind: (kind ?? rules.kinds.at(-1))?.id ?? 'other',
    channel: channelOf(cell('channel')),
    people: people >= 1 ? Math.min(people, 100_000) : 1,
    anonymous,
    contact: name && !anonymous ? { name, phone: cell('phone').slice(0, 40) } : undefined,
    object: cell('object').slice(0, 200) || undefined,
    area: cell('area').slice(0, 60) || undefined,
    caseNo: cell('caseNo').slice(0, 100) || undefined,
    department: site.departments.find((one) => one.name === cell('department'))?.id,
    // Two of the same name: nobody is guessed.
    handler: person.length === 1 ? person[0]?.id : undefined,
  }
}

const CHANNELS = [
  ['12309', /12309/],
  ['letter', /信件|来信|信函|信$/],
  ['visit', /来访|走访|访$/],
  ['phone', /电话/],
  ['web', /网/],
] as const
const channelOf = (text: string): NewMatter['channel'] =>
  CHANNELS.find(([, shape]) => shape.test(text))?.[0] ?? 'import'

/** 2026-11-24, 2026/11/24 09:30, 2026年11月24日, 20261124. */
export function dayOf(text: string): string | null {
  const found =
    /^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})/.exec(text.normalize('NFKC')) ??
    /^(\d{4})(\d{2})(\d{2})(?!\d)/.exec(text)
  if (!found) return null
  const [, year, month, day] = found.map(Number)
  try {
    return Temporal.PlainDate.from(
      { year: year ?? 0, month: month ?? 0, day: day ?? 0 },
      { overflow: 'reject' },
    ).toString()
  } catch {
    return null
  }
}
