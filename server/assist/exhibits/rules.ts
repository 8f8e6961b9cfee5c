import { createHash } from 'node:crypto'
import {
  type EvidenceKind,
  type ExhibitGroup,
  type Numbered,
  numbered,
} from '../../../contract/http/assist-exhibits.ts'
import type { OutlineEntry, ReadingResult } from '../../../contract/http/assist-reading.ts'
import type { DocxBlock } from '../context.ts'

/** A list of exhibits from the papers that a reading has found: kinds by their titles, in the order that courts know. */
const KINDS: readonly (readonly [RegExp, EvidenceKind])[] = [
  [/鉴定|检验报告|价格认定/, '鉴定意见'],
  [/勘验|检查笔录|辨认笔录|侦查实验|搜查笔录|提取笔录/, '勘验、检查、辨认、侦查实验等笔录'],
  [/电子数据|视听资料/, '视听资料、电子数据'],
]
/** Papers of the procedure prove nothing of the deed. */
const NO_EVIDENCE = /起诉意见书|提请批准逮捕书|补充侦查|权利义务告知|认罪认罚具结书|卷[内宗]目录|逮捕证|拘留证|决定书$/
/** How the person came, what others say, what experts say, what the person says: the usual order. */
const GROUPS: readonly { name: string; fits: (kind: EvidenceKind, title: string) => boolean }[] = [
  { name: '发案与到案情况', fits: (_kind, title) => /到案|抓获|归案|破案|受案|立案|户籍|人口信息|前科/.test(title) },
  { name: '被害人陈述与证人证言', fits: (kind) => kind === '被害人陈述' || kind === '证人证言' },
  { name: '书证与物证', fits: (kind) => kind === '书证' || kind === '物证' },
  { name: '鉴定意见', fits: (kind) => kind === '鉴定意见' },
  { name: '勘验、检查等笔录与电子数据', fits: (kind) => /笔录$|电子数据/.test(kind) },
  { name: '被告人供述和辩解', fits: () => true },
]

function kindOf({ kind, title, role, speaker }: OutlineEntry): EvidenceKind {
  if (kind === 'interrogation' || (speaker !== null && role === '犯罪嫌疑人')) return '犯罪嫌疑人、被告人供述和辩解'
  if (kind === 'inquiry') return role === '被害人' ? '被害人陈述' : '证人证言'
  return KINDS.find(([words]) => words.test(title))?.[1] ?? '书证'
}

export function suggestExhibits(
  result: ReadingResult | null,
): { key: string; groups: ExhibitGroup[]; from: string } | null {
  const papers = (result?.outline ?? []).filter(
    ({ title, kind, speaker }) =>
      (kind !== 'other' || speaker !== null || !/\.(?:txt|docx|pdf)$/i.test(title)) && !NO_EVIDENCE.test(title),
  )
  if (papers.length === 0) return null
  const groups: ExhibitGroup[] = GROUPS.map(({ name }) => ({ name, items: [] }))
  for (const paper of papers.slice(0, 200)) {
    const kind = kindOf(paper)
    const at = GROUPS.findIndex(({ fits }) => fits(kind, paper.title))
    const { file, start, end } = paper.place
    const title = `${paper.speaker ? `${paper.speaker}的` : ''}${paper.title}${paper.day ? `（${paper.day}）` : ''}`
    groups[at]?.items.push({ title: title.slice(0, 200), kind, purpose: '', source: { file, start, end } })
  }
  const full = groups.filter(({ items }) => items.length > 0)
  const key = createHash('sha256').update(JSON.stringify(full)).digest('hex').slice(0, 16)
  return { key, groups: full, from: `阅卷目录 ${papers.length} 份文书` }
}

const HEAD = ['编号', '证据名称', '证据种类', '证明目的', '出处']
/** One table per group, numbered as on the screen. @param where words for a source */
export function exhibitBlocks(
  about: { unit: string; caseNo: string; cause: string | null; footer: string },
  groups: readonly ExhibitGroup[],
  where: (source: Numbered['source']) => string,
): DocxBlock[] {
  const list = numbered(groups)
  const parts = [...Map.groupBy(list, ({ group }) => group)].flatMap(([group, items]): DocxBlock[] => [
    { style: 'heading', align: 'left', text: group },
    {
      style: 'table',
      rows: [
        HEAD,
        ...items.map(({ no, title, kind, purpose, source }) => [String(no), title, kind, purpose, where(source)]),
      ],
    },
  ])
  return [
    { style: 'title', align: 'center', text: about.unit },
    { style: 'title', align: 'center', text: '举证清单' },
    {
      style: 'body',
      align: 'left',
      text: `案号：${about.caseNo}${about.cause ? `　案由：${about.cause}` : ''}　共 ${list.length} 项`,
    },
    ...parts,
    { style: 'footer', align: 'center', text: about.footer },
  ]
}
