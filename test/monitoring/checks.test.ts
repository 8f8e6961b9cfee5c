import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runChecks } from '../../server/monitoring/checks.ts'
import { type FactContext, factsOf, type MonitoredCase } from '../../server/monitoring/facts.ts'
import { demoCalendar, demoConfig } from '../helpers/office.ts'

const book = demoConfig().monitoring
const calendar = demoCalendar()
const TODAY = '2026-11-24'
const sound: MonitoredCase = {
  id: 'c1',
  caseNo: '示检刑诉受[2026]1号',
  kind: 'prosecution-review',
  typeName: '审查起诉',
  department: '第一检察部',
  node: '听取意见',
  coercion: '取保候审',
  cause: '盗窃罪',
  outcome: null,
  state: 'open',
  custody: false,
  restricted: false,
  handler: 'p07',
  accepted: '2026-11-10',
  assigned: '2026-11-10',
  due: '2026-12-10',
  hasDue: true,
  closed: null,
  history: [],
}
const closed = { state: 'closed', closed: '2026-11-20', outcome: '提起公诉', node: '归档' } as const
const at = (day: string) => Temporal.Instant.from(`${day}T10:00:00+08:00`).epochMilliseconds
const step = (type: string, day: string, from: string | null = null, to: string | null = null) => ({
  eventId: `e-${type}-${day}-${to}`,
  type,
  at: at(day),
  from,
  to,
})
const context = (over: Partial<FactContext> = {}): FactContext => ({
  today: Temporal.PlainDate.from(TODAY),
  isWorkday: (day) => calendar.isWorkday(day),
  dayOf: (ms) =>
    Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO('Asia/Shanghai').toPlainDate().toString(),
  handedOut: undefined,
  formOverdueDays: undefined,
  ...over,
})
const found = (over: Partial<MonitoredCase>, also: Partial<FactContext> = {}) => {
  const one = { ...sound, ...over }
  return runChecks(book, one, factsOf(one, context(also)), TODAY).map(({ check }) => check)
}
const arrest = {
  kind: 'arrest-review',
  typeName: '审查逮捕',
  custody: true,
  coercion: '刑事拘留',
  node: '讯问',
} as const
const unassigned = {
  state: 'unassigned',
  handler: null,
  assigned: null,
  node: '受理',
  kind: 'civil-supervision',
} as const

/** Each check at its edge: the last day on which all is well, and the first on which it is not. */
const TABLE: readonly [string, Partial<MonitoredCase>, readonly string[], Partial<FactContext>?][] = [
  ['a case in order', {}, []],
  ['a concluded case in order', closed, []],
  ['no day yet, accepted yesterday', { accepted: '2026-11-23', due: null, hasDue: false }, []],
  ['no day for two days', { accepted: '2026-11-22', due: null, hasDue: false }, ['intake.no-due']],
  ['the clock stands still', { due: null }, []],
  ['last day, in custody', { custody: true, coercion: '逮捕', due: TODAY }, ['time.rush']],
  ['report done on the last day', { custody: true, coercion: '逮捕', due: TODAY, node: '决定' }, []],
  ['a day over, in custody', { custody: true, coercion: '逮捕', due: '2026-11-23' }, ['coercion.expired']],
  ['last day, not in custody', { due: TODAY }, []],
  ['a day over, not in custody', { due: '2026-11-23' }, ['time.overdue']],
  ['no measure named', { coercion: null }, ['coercion.blank']],
  ['no measure named in a civil case', { coercion: null, kind: 'civil-supervision', node: '调卷' }, []],
  ['in custody on bail', { custody: true, coercion: '取保候审' }, ['coercion.contradiction']],
  ['concluded on the last day', { ...closed, due: '2026-11-20' }, []],
  ['concluded a day late', { ...closed, due: '2026-11-19' }, ['time.closed-late']],
  ['concluded on a Saturday', { ...closed, closed: '2026-11-21' }, ['entry.rest-day']],
  ['concluded on a Sunday that is worked', { ...closed, closed: '2026-09-20', accepted: '2026-09-01' }, []],
  [
    'concluded in the National Day holiday',
    { ...closed, closed: '2026-10-05', accepted: '2026-09-10' },
    ['entry.rest-day'],
  ],
  ['concluded without an outcome', { ...closed, outcome: null }, ['document.no-outcome']],
  ['no rights notice on day 3', { node: '受理', accepted: '2026-11-21', assigned: '2026-11-21' }, []],
  ['no rights notice on day 4', { node: '分案', accepted: '2026-11-20', assigned: '2026-11-20' }, ['rights.notice']],
  ['rights notice given', { node: '权利告知', accepted: '2026-11-20' }, []],
  ['a node that the sequence does not know', { node: '退回补充侦查', accepted: '2026-11-01' }, []],
  ['no node known', { node: null, accepted: '2026-11-01' }, []],
  ['not questioned, 3 days left', { ...arrest, node: '阅卷', accepted: '2026-11-20', due: '2026-11-27' }, []],
  [
    'not questioned, 2 days left',
    { ...arrest, node: '阅卷', accepted: '2026-11-19', due: '2026-11-26' },
    ['rights.interrogation'],
  ],
  ['not heard, 5 days left', { node: '讯问', due: '2026-11-29' }, ['rights.opinion']],
  ['not heard, 6 days left', { node: '讯问', due: '2026-11-30' }, []],
  ['waits for a draw two workdays', { ...unassigned, accepted: '2026-11-20' }, []],
  ['waits for a draw three workdays', { ...unassigned, accepted: '2026-11-19' }, ['assignment.late']],
  ['waits over the holiday', { ...unassigned, accepted: '2026-10-01', due: '2027-01-01' }, ['assignment.late']],
  ['drawn for another', {}, ['assignment.differs'], { handedOut: { handler: 'p08', changes: 0 } }],
  ['drawn for this one', {}, [], { handedOut: { handler: 'p07', changes: 0 } }],
  ['drawn, no handler known', { handler: null }, [], { handedOut: { handler: 'p08', changes: 0 } }],
  ['changed without approval', { history: [step('case.handler_changed', '2026-11-15')] }, ['assignment.change']],
  [
    'changed with approval',
    { history: [step('case.handler_changed', '2026-11-15')] },
    [],
    { handedOut: { handler: null, changes: 1 } },
  ],
  ['entered three days later', { history: [step('case.accepted', '2026-11-13')] }, []],
  ['entered four days later', { history: [step('case.accepted', '2026-11-14')] }, ['entry.lag']],
  [
    '44 days at a node',
    {
      accepted: '2026-10-01',
      due: '2026-12-30',
      history: [step('case.node_changed', '2026-10-11', '阅卷', '听取意见')],
    },
    [],
  ],
  [
    '45 days at a node',
    {
      accepted: '2026-10-01',
      due: '2026-12-30',
      history: [step('case.node_changed', '2026-10-10', '阅卷', '听取意见')],
    },
    ['entry.stuck'],
  ],
  [
    'three changes of the day',
    {
      history: [
        step('case.accepted', '2026-11-10'),
        ...['15', '18', '20'].map((day) => step('case.deadline_changed', `2026-11-${day}`)),
      ],
    },
    ['time.extensions'],
  ],
  [
    'three changes, but its beginning is not known',
    { history: ['15', '18', '20'].map((day) => step('case.deadline_changed', `2026-11-${day}`)) },
    [],
  ],
  [
    'served',
    {
      ...closed,
      history: [step('case.accepted', '2026-11-10'), step('case.node_changed', '2026-11-19', '决定', '文书送达')],
    },
    [],
  ],
  [
    'never served',
    {
      ...closed,
      history: [step('case.accepted', '2026-11-10'), step('case.node_changed', '2026-11-19', '审查报告', '决定')],
    },
    ['document.not-served'],
  ],
  ['no cause', { cause: null }, ['entry.no-cause']],
  ['check form 4 days late', closed, [], { formOverdueDays: 4 }],
  ['check form 5 days late', closed, ['document.form-late'], { formOverdueDays: 5 }],
]

describe('checks', () => {
  it.each(TABLE)('%s', (_name, over, expected, also) => {
    expect(found(over, also ?? {})).toEqual(expected)
  })
  it('are met by nothing that is not known', () => {
    const unknown = { node: null, accepted: null, assigned: null, due: null, closed: null, coercion: '逮捕' }
    expect(found({ ...unknown, handler: null, custody: true })).toEqual([])
  })
  it('say in words and grounds what was found', () => {
    const one = { ...sound, due: '2026-11-20' }
    const [hit] = runChecks(book, one, factsOf(one, context()), TODAY)
    expect(hit).toMatchObject({ words: '法定剩余日数 -4，仍在 听取意见 节点', run: '2026-11-20', day: TODAY })
    expect(hit?.grounds).toHaveLength(3)
  })
  it('never throw, whatever a case looks like, and leave no placeholder behind', () => {
    const day = fc.option(
      fc.integer({ min: 0, max: 900 }).map((n) => Temporal.PlainDate.from('2025-01-01').add({ days: n }).toString()),
    )
    const text = fc.option(fc.constantFrom('受理', '阅卷', '取保候审', '逮捕', '归档', '听取意见', ''))
    const made = fc.record({
      ...Object.fromEntries(['accepted', 'assigned', 'due', 'closed'].map((key) => [key, day])),
      ...Object.fromEntries(['node', 'coercion', 'cause', 'outcome', 'department'].map((key) => [key, text])),
      kind: fc.constantFrom('prosecution-review', 'arrest-review', 'other'),
      state: fc.constantFrom('unassigned', 'open', 'closed'),
      custody: fc.boolean(),
      hasDue: fc.boolean(),
    })
    fc.assert(
      fc.property(made, (over) => {
        const one = { ...sound, ...over } as MonitoredCase
        const hits = runChecks(book, one, factsOf(one, context()), TODAY)
        for (const { words, grounds } of hits) {
          expect(words).not.toMatch(/[{}]/)
          expect(grounds.every(({ value }) => value !== '未知')).toBe(true)
        }
        // The same case and day, the same findings.
        expect(runChecks(book, one, factsOf(one, context()), TODAY)).toEqual(hits)
      }),
    )
  })
})
