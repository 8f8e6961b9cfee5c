/**
 * Whence a number of the wall comes: its mark (`data-figure`) → the figure whose birth certificate (source, formula,
 * rows) stands on the desk's page 数据出处. A step of a process leads to the whole, whose rows name the step.
 */
const SAME = new Set([
  ...['access.abnormal', 'alerts.acknowledged', 'alerts.normal-today', 'alerts.returned', 'alerts.unacknowledged'],
  ...['draw.designated', 'draw.random-share', 'flow.red', 'flow.orange', 'flow.yellow', 'flow.green'],
  ...['flow.over-detention', 'mediation.agreed-rate', 'mediation.agreed-year', 'terminal.covered', 'terminal.managed'],
  ...['petition.red', 'petition.orange', 'petition.yellow', 'petition.blue', 'petition.green'],
  ...['terminal.online', 'terminal.online-rate'],
])
const OTHER: Readonly<Record<string, string>> = {
  'access.denied': 'access.denied-today',
  'access.passes': 'access.passes-today',
  'alert-load.standing': 'alerts.open',
  'disclosure.published': 'disclosure.published-year',
  'disclosure.withdrawn': 'disclosure.withdrawn-year',
  'draw.random': 'draw.year-total',
  'sources.quarantine': 'pipeline.quarantine',
  'zeros.petition': 'zero.petition',
  'zeros.accident': 'zero.accident',
  'zeros.case': 'zero.case',
}
/** The mark begins so: a step, a stage, a place. */
const WHOLE: readonly (readonly [string, string])[] = [
  ['disclosure.', 'disclosure.open'],
  ['mediation.', 'mediation.open'],
  ['petition.', 'petition.open'],
  ['presence.', 'access.passes-today'],
  ['review.', 'review.open'],
]

/** Null = nothing is kept of it but the number itself. */
export function figureOf(mark: string): string | null {
  if (SAME.has(mark)) return mark
  return OTHER[mark] ?? WHOLE.find(([begin]) => mark.startsWith(begin))?.[1] ?? null
}
