import { officeTime } from '../../../config/zone.ts'
import { BRIEF_STATE_WORDS, type Brief, type BriefSection } from '../../../contract/brief/brief.ts'
import { type Block, CAPTION, type Sheet } from './files.ts'

/** Pure: what a brief says, as tables that all three formats are made of: so that none of them can say something else. */
const EMPTY = '–'

/** `2026-11-24 09:30:05` in the office. */
export const momentWords = (at: number): string => {
  const it = officeTime(at)
  return `${it.toPlainDate().toString()} ${it.toPlainTime().toString({ smallestUnit: 'second' })}`
}

const FIGURE_HEAD = ['板块', '指标', '数值', '单位', '来源与时点']
export function figureRows({ sections }: Brief): string[][] {
  return sections.flatMap((section) =>
    section.figures.length > 0
      ? section.figures.map(({ label, text, unit }) => [section.title, label, text, unit, sourceWords(section)])
      : [[section.title, EMPTY, EMPTY, '', sourceWords(section)]],
  )
}

function sourceWords({ source, sourceAt, state }: BriefSection): string {
  const when = sourceAt === null ? '' : momentWords(sourceAt).slice(5)
  return [BRIEF_STATE_WORDS[state], source, when].filter(Boolean).join('\n') || EMPTY
}

const ALERT_HEAD = ['级别', '状态', '告警', '起始', '责任岗']
export const alertRows = ({ alerts }: Brief): string[][] =>
  alerts.map((one) => [one.severity, one.state, one.title, momentWords(one.firstAt), one.owner ?? '待认领'])

export const titleOf = (brief: Brief): string => `${brief.unit}大屏简报`
export const instantWords = (brief: Brief): string => `时点：${momentWords(brief.at)}（北京时间）`
const demoWords = (brief: Brief): string[] => (brief.demo ? ['演示数据，由模拟机关生成'] : [])

/** What stands beside the figures of the wall: agenda, commitments. */
export interface Appendix {
  title: string
  head: readonly string[]
  rows: readonly (readonly string[])[]
  /** Said in place of the table when there is no row. */
  nothing: string
}

const line = (style: 'title' | 'heading' | 'body' | 'note' | 'header' | 'footer', text: string): Block => ({
  style,
  align: style === 'title' ? 'center' : 'left',
  text,
})

export function briefBlocks(brief: Brief, appendices: readonly Appendix[] = []): Block[] {
  const tables: Appendix[] = [
    { title: '一、各板块数字', head: FIGURE_HEAD, rows: figureRows(brief), nothing: '没有数字' },
    { title: '二、未关闭的告警', head: ALERT_HEAD, rows: alertRows(brief), nothing: '当时没有未关闭的告警' },
    ...appendices.map((one, n) => ({ ...one, title: `${'三四五六七'[n] ?? ''}、${one.title}` })),
  ]
  const foot = [instantWords(brief), ...demoWords(brief)].join(' · ')
  return [
    line('title', titleOf(brief)),
    line('body', instantWords(brief)),
    ...demoWords(brief).map((text) => line('note', text)),
    ...tables.flatMap(({ title, head, rows, nothing }): Block[] => [
      line('heading', title),
      rows.length > 0 ? { style: 'table', rows: [[...head], ...rows.map((row) => [...row])] } : line('body', nothing),
    ]),
    line('footer', foot),
    line('footer', CAPTION),
  ]
}

export function briefSheets(brief: Brief, appendices: readonly Appendix[] = []): Sheet[] {
  const title = [titleOf(brief), instantWords(brief), ...demoWords(brief), CAPTION].join(' · ')
  const sheet = (name: string, head: readonly string[], rows: readonly (readonly string[])[]): Sheet => ({
    name,
    title,
    footer: CAPTION,
    columns: head.map((one, n) => ({ title: one, width: n === 2 ? 28 : 16, kind: 'text' as const })),
    rows: once(rows),
  })
  return [
    figureSheet(brief, title),
    sheet('未关闭的告警', ALERT_HEAD, alertRows(brief)),
    ...appendices.map((one) => sheet(one.title, one.head, one.rows)),
  ]
}

/** Numbers to reckon with, and beside them the text that stood on the wall. */
function figureSheet(brief: Brief, title: string): Sheet {
  const rows = brief.sections.flatMap((section) => {
    const { figures } = section
    if (figures.length === 0) return [[section.title, EMPTY, null, EMPTY, '', sourceWords(section)]]
    return figures.map(({ label, value, text, unit }) => [
      section.title,
      label,
      value,
      text,
      unit,
      sourceWords(section),
    ])
  })
  const columns = ['板块', '指标', '数值', '屏幕所示', '单位', '来源与时点']
  return {
    name: '各板块数字',
    title,
    footer: CAPTION,
    columns: columns.map((one, n) => ({ title: one, width: n === 5 ? 40 : 16, kind: n === 2 ? 'number' : 'text' })),
    rows: once(rows),
  }
}

async function* once<Row>(rows: readonly Row[]): AsyncGenerator<readonly Row[]> {
  yield rows
}
