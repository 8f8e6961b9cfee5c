import { DOMAIN_WORDS } from '../../contract/domains.ts'
import { ALERT_STATE_WORDS, ALERT_STEP_WORDS } from '../../contract/panels/alerts.ts'
import type { Severity } from '../../contract/severity.ts'
import type { Searchable, SearchSource } from '../feature.ts'
import type { ObjectWords } from './context.ts'
import { readAlerts } from './queries.ts'
import type { AlertTables } from './tables.ts'
import type { Alert } from './types.ts'

/** Alerts for the search box. Merged occurrences change nothing here: counts and last times are not watched. */
const COLUMNS = ['kind', 'severity', 'state', 'step', 'title', 'why', 'object', 'owner']
const COLOUR = { critical: 'red', warning: 'orange', notice: 'yellow', info: 'blue' } as const satisfies Record<
  Severity,
  string
>
const WORD = 16

type Names = (object: string) => ObjectWords | undefined

export const alertSearch = (nameOf: Names): SearchSource => ({
  kind: 'alert',
  watch: { table: 'alert', key: 'id', columns: COLUMNS },
  access: ({ permissions }) => (permissions.has('alerts.read') ? ['all'] : []),
  read: async (db, refs) => (await readAlerts(db, refs)).map((alert) => searchable(alert, nameOf)),
  async keys(db, after, limit) {
    const rows = db.withTables<AlertTables>().selectFrom('alert').select('id').where('id', '>', after)
    return (await rows.orderBy('id').limit(limit).execute()).map(({ id }) => id)
  },
})

function searchable(alert: Alert, nameOf: Names): Searchable {
  const name = alert.object === null ? undefined : nameOf(alert.object)?.name
  // A case is named by its number in `why`; the object would only say it again.
  const object = alert.object?.startsWith('case:') ? null : alert.object
  const closed = alert.step === 'closed'
  return {
    kind: 'alert',
    ref: alert.id,
    title: alert.title,
    numbers: [alert.id],
    text: [alert.why, name, object, DOMAIN_WORDS[alert.domain], alert.owner].filter(Boolean).join(' · '),
    at: alert.firstAt,
    link: `/desk/alerts/${encodeURIComponent(alert.id)}`,
    department: null,
    state: closed ? 'closed' : 'open',
    stateName: closed ? ALERT_STEP_WORDS.closed : ALERT_STATE_WORDS[alert.state],
    colour: COLOUR[alert.severity],
    access: ['all'],
    words: [alert.title, name, DOMAIN_WORDS[alert.domain]].flatMap((word) =>
      word !== undefined && word.length <= WORD ? [word] : [],
    ),
  }
}
