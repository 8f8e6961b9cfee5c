import type { AlertRule } from '../../config/schema.ts'
import { EVENT_TYPES } from '../../contract/catalogue.ts'
import type { Domain } from '../../contract/domains.ts'
import type { Figure } from '../../contract/figures.ts'
import type { Turn, Tx } from '../feature.ts'
import type { AlertsContext } from './context.ts'
import { applySignals } from './desk.ts'
import { toAlert } from './rows.ts'
import { CALM, type FigureStanding, figureStep } from './rules.ts'
import type { Raise } from './signal.ts'
import { signalOf } from './signals.ts'
import type { AlertTables } from './tables.ts'
import { actOnEach } from './ticks.ts'

/**
 * Figure rules: figures are read outside the write turn (they may be slow), their standing is kept on disk, so that a
 * restart neither forgets how long a figure has been above nor rings twice.
 */
export async function evaluateFigures(context: AlertsContext): Promise<void> {
  const { figure } = context
  if (!figure || context.index.figures.length === 0) return
  const read = await Promise.all(
    context.index.figures.map(async (rule) => {
      try {
        return { rule, figure: await figure(rule.figure ?? '') }
      } catch (error) {
        context.log.warn({ err: error, figure: rule.figure }, '指标读取失败，本次不判断')
        return { rule, figure: undefined }
      }
    }),
  )
  await context.records.write(async (turn) => {
    const standings = await loadStandings(turn.tx)
    for (const { rule, figure: value } of read) {
      const before = standings.get(rule.id) ?? CALM
      const { standing, act } = figureStep(rule, before, value, turn.now)
      if (standing !== before) await saveStanding(turn.tx, rule.id, standing)
      const cause = `${rule.id}:`
      if (act === 'clear') await applySignals(context, turn, [{ kind: 'clear', cause, at: turn.now, eventId: null }])
      if (act !== 'raise' && act !== 'update') continue
      const signal = figureSignal(context, rule, cause, value, turn.now)
      if (act === 'raise') await applySignals(context, turn, [signal])
      else await reword(context, turn, cause, signal)
    }
  })
}

const figureSignal = (context: AlertsContext, rule: AlertRule, cause: string, figure: Figure | undefined, at: number) =>
  signalOf(context, rule, {
    cause,
    severity: rule.severity,
    domain: domainOf(rule),
    object: null,
    at,
    clearable: true,
    evidence: [],
    values: { value: figure?.value ?? '–', name: figure?.title ?? rule.figure ?? '' },
    facts: figure ? [{ label: '指标', text: `${figure.title} ${figure.value ?? '–'} ${figure.unit}` }] : [],
  })

/** `terminal.patch-missing` speaks of terminals; what fits no domain is the system's own. */
function domainOf(rule: AlertRule): Domain {
  const word = rule.id.split('.')[0] ?? ''
  const known: Record<string, Domain> = {
    terminal: 'terminal',
    door: 'access',
    access: 'access',
    patrol: 'patrol',
    case: 'case',
  }
  return known[word] ?? EVENT_TYPES[rule.id]?.domain ?? 'infra'
}

/** The value has changed while it is above: the card says the new one; nobody is called anew. */
async function reword(context: AlertsContext, turn: Turn, cause: string, words: Raise): Promise<void> {
  const rows = await turn.tx
    .withTables<AlertTables>()
    .selectFrom('alert')
    .selectAll()
    .where('cause', '=', cause)
    .where('step', '<>', 'closed')
    .execute()
  const alerts = rows
    .map(toAlert)
    .map((alert) => ({ ...alert, title: words.title, why: words.why, facts: words.facts }))
  await actOnEach(context, turn, alerts, () => ({ kind: 'update' }))
}

async function loadStandings(tx: Tx): Promise<Map<string, FigureStanding>> {
  const rows = await tx.withTables<AlertTables>().selectFrom('alert_figure').selectAll().execute()
  return new Map(rows.map(({ rule, since, raised, value }) => [rule, { since, raised: raised === 1, value }]))
}

async function saveStanding(tx: Tx, rule: string, { since, raised, value }: FigureStanding): Promise<void> {
  const row = { since, raised: raised ? 1 : 0, value }
  await tx
    .withTables<AlertTables>()
    .insertInto('alert_figure')
    .values({ rule, ...row })
    .onConflict((oc) => oc.column('rule').doUpdateSet(row))
    .execute()
}
