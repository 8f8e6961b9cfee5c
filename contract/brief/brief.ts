import { z } from 'zod'
import { NONE } from '../number-words.ts'
import { ALERT_STATE_WORDS, type AlertsPanel } from '../panels/alerts.ts'
import { BrokenPanel, type Freshness } from '../panels/common.ts'
import { PANELS, type PanelData, type PanelName } from '../panels/index.ts'
import { PANEL_TITLES } from '../panels/titles.ts'
import { SEVERITY_WORDS } from '../severity.ts'
import { BRIEF_PANELS, figuresOf } from './figures.ts'

/** Brief of one instant of the wall. Times are epoch ms. */
export const BriefSection = z.object({
  panel: z.string(),
  title: z.string(),
  source: z.string(),
  sourceAt: z.int().nullable(),
  /** As the wall shows the panel at that instant; only `ok` and `stale` carry figures. */
  state: z.enum(['ok', 'stale', 'broken', 'never', 'missing']),
  figures: z.array(
    z.object({
      id: z.string(),
      label: z.string(),
      value: z.number().nullable(),
      text: z.string(),
      unit: z.string(),
    }),
  ),
})
export type BriefSection = z.infer<typeof BriefSection>
export const BRIEF_STATE_WORDS: Record<BriefSection['state'], string> = {
  ok: '',
  stale: '数据陈旧',
  broken: '读取失败',
  never: '来源从未报告',
  missing: '当时没有记录',
}

export const BriefAlert = z.object({
  id: z.string(),
  severity: z.string(),
  state: z.string(),
  title: z.string(),
  firstAt: z.int(),
  owner: z.string().nullable(),
})
export const Brief = z.object({
  at: z.int(),
  unit: z.string(),
  demo: z.boolean(),
  sections: z.array(BriefSection),
  /** What was open at that instant, in the order of the wall. */
  alerts: z.array(BriefAlert),
})
export type Brief = z.infer<typeof Brief>

/** Pure: the brief of a wall; `panels`: data of contract/panels by name. */
export function briefOf(
  at: number,
  panels: Readonly<Record<string, unknown>>,
  office: Pick<Brief, 'unit' | 'demo'>,
): Brief {
  const sections = BRIEF_PANELS.map((panel) => sectionOf(panel, panels[panel], at))
  const alerts = PANELS.alerts.safeParse(panels.alerts)
  return { at, ...office, sections, alerts: alerts.success ? alertsOf(alerts.data) : [] }
}

function sectionOf<Name extends PanelName>(panel: Name, raw: unknown, at: number): BriefSection {
  const base = { panel, title: PANEL_TITLES[panel], source: '', sourceAt: null, figures: [] }
  if (raw === undefined) return { ...base, state: 'missing' }
  if (BrokenPanel.safeParse(raw).success) return { ...base, state: 'broken' }
  const parsed = PANELS[panel].safeParse(raw)
  if (!parsed.success) return { ...base, state: 'broken' }
  const data = parsed.data as PanelData<Name> & { freshness: Freshness }
  const { source, at: sourceAt, staleAfterS, state } = data.freshness
  if (state === 'broken') return { ...base, source, sourceAt, state: 'broken' }
  if (sourceAt === null) return { ...base, source, state: 'never' }
  const stale = (at - sourceAt) / 1000 > staleAfterS
  return { ...base, source, sourceAt, state: stale ? 'stale' : 'ok', figures: figuresOf(panel, data) }
}

const alertsOf = ({ items }: AlertsPanel) =>
  items.map(({ id, severity, state, title, firstAt, owner }) => ({
    id,
    severity: SEVERITY_WORDS[severity],
    state: ALERT_STATE_WORDS[state],
    title,
    firstAt,
    owner,
  }))

/** What of a section is not as it was: for «what changed since». */
export interface Changed {
  panel: string
  title: string
  label: string
  unit: string
  before: string
  now: string
}
/**
 * Pure: figures that differ between two briefs, in the order of the wall; text against text, as people see it. A panel
 * that had, or has, no figures counts as unknown.
 */
export function changedFigures(before: Brief, later: Brief): Changed[] {
  const [old, now] = [textsOf(before), textsOf(later)]
  return later.sections.flatMap(({ panel, title, figures }, at) => {
    const known = figures.length > 0 ? figures : (before.sections[at]?.figures ?? [])
    return known.flatMap(({ id, label, unit }) => {
      const [was, is] = [old.get(id) ?? NONE, now.get(id) ?? NONE]
      return was === is ? [] : [{ panel, title, label, unit, before: was, now: is }]
    })
  })
}

const textsOf = ({ sections }: Brief): Map<string, string> =>
  new Map(sections.flatMap(({ figures }) => figures.map(({ id, text }) => [id, text] as const)))
