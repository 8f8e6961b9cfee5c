import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { scopeOf as caseScope, inScope } from '../../../server/cases/scope.ts'
import { scopeOf as documentScope } from '../../../server/disclosure/present.ts'
import type { Principal } from '../../../server/feature.ts'
import { maySee } from '../../../server/petitions/context.ts'
import { stores } from './box.ts'
import {
  alertOf,
  caseOf,
  config,
  documentOf,
  type Held,
  matterOf,
  principalOf,
  type SearchOffice,
  searchOffice,
} from './office.ts'

/**
 * Two offices that differ only in records that a person may not open give this person the same bytes, page by page: no
 * row, count, word, highlight, cursor or gap tells of them. What may be opened is told by the rules of the features'
 * own lists, not by the search box.
 */
const { list, stop } = await stores()
afterAll(() => stop())

/** Every role in the person of the demo, and colleagues who hold the narrow ones. */
const PEOPLE: readonly [who: string, person: Principal][] = [
  ...Object.keys(config.permissions.roles).map((role): [string, Principal] => {
    const known = config.site.people.find(({ roles }) => roles.includes(role))
    return [role, principalOf(role, known?.id ?? `nobody-${role}`, known?.account)]
  }),
  ['another prosecutor', principalOf('prosecutor', 'p39')],
  ['a prosecutor who is nobody of the office', principalOf('prosecutor', 'stranger')],
  ['nobody', { ...principalOf('none', 'x'), permissions: new Set() }],
]

const CAUSES = ['盗窃罪', '故意伤害罪', '诈骗罪', '危险驾驶罪', null] as const
const NUMBERS = ['10007', '10008', '10039', null] as const
const DEPARTMENTS = ['第一检察部', '第二检察部', null] as const
const caseArbitrary = fc.record({
  cause: fc.constantFrom(...CAUSES),
  handlerNo: fc.constantFrom(...NUMBERS),
  department: fc.constantFrom(...DEPARTMENTS),
  restricted: fc.boolean(),
  custody: fc.boolean(),
  closed: fc.constantFrom(null, '2026-11-20'),
  accepted: fc.constantFrom('2026-11-01', '2026-10-01', null),
  typeName: fc.constantFrom('审查起诉', '审查逮捕'),
})
const matterArbitrary = fc.record({
  title: fc.constantFrom('不服不起诉决定的申诉', '反映盗窃案未立案', '控告办案人员'),
  handler: fc.constantFrom('p07', 'p39', null),
  leader: fc.constantFrom('p02', 'p39', null),
  department: fc.constantFrom('d1', 'd4'),
  colour: fc.constantFrom('red', 'orange', 'green', null),
  open: fc.boolean(),
  caseNo: fc.constantFrom('示检刑诉受[2026]0001号', null),
})
const documentArbitrary = fc.record({
  title: fc.constantFrom('不起诉决定书（盗窃）', '起诉书'),
  submitter: fc.constantFrom('p07', 'p08', 'p39'),
  department: fc.constantFrom('d1', 'd2'),
  state: fc.constantFrom('review', 'published', 'withdrawn'),
})
const alertArbitrary = fc.record({
  title: fc.constantFrom('强行开门', '盗窃库门未关', '终端离线'),
  kind: fc.constantFrom('card', 'hidden'),
  step: fc.constantFrom('new', 'closed'),
} as const)
const heldArbitrary: fc.Arbitrary<Held> = fc
  .record({
    cases: fc.array(caseArbitrary, { minLength: 2, maxLength: 9 }),
    matters: fc.array(matterArbitrary, { maxLength: 5 }),
    documents: fc.array(documentArbitrary, { maxLength: 4 }),
    alerts: fc.array(alertArbitrary, { maxLength: 3 }),
  })
  .map(({ cases, matters, documents, alerts }) => ({
    cases: cases.map((over, n) => caseOf(n, over)),
    matters: matters.map((over, n) => matterOf(n, over)),
    documents: documents.map((over, n) => documentOf(n, over)),
    alerts: alerts.map((over, n) => alertOf(n, over)),
  }))

/** What this person may open, by the features' own rules. */
function openTo(person: Principal, held: Held): Held {
  const may = (word: string) => person.permissions.has(word)
  return {
    cases: held.cases.filter((one) => may('cases.read-own') && inScope(caseScope({ config }, person), one)),
    matters: held.matters.filter((one) => may('petitions.read-own') && maySee({ config } as never, person, one)),
    documents: held.documents.filter((one) => may('disclosure.read-own') && mayRead(person, one)),
    alerts: may('alerts.read') ? held.alerts : [],
  }
}
function mayRead(person: Principal, one: Held['documents'][number]): boolean {
  try {
    const { department, submitter } = documentScope({ config } as never, person)
    return (department ?? one.department) === one.department && (submitter ?? one.submitter) === one.submitter
  } catch {
    return false
  }
}
const idsOf = ({ cases, matters, documents, alerts }: Held): Set<string> =>
  new Set([...cases, ...matters, ...documents, ...alerts].map(({ id }) => id))

const QUERIES = [
  { q: '盗窃' },
  { q: 'dqz' },
  { q: 'sc' },
  { q: '2026' },
  { q: '0001' },
  { q: '示检刑诉受[2026]0001号' },
  { q: '窃' },
  { q: '检察部', state: 'open' },
  { q: '2026', colour: 'red,orange', to: '2026-11-24' },
  { q: '不起诉', kind: 'petition,document' },
  { q: '盗窃', department: '第一检察部' },
  { q: 'A-2026' },
  { q: '赵某某' },
]

describe.each(list)('what may not be opened, on %s', (name, fresh) => {
  let whole: SearchOffice
  let open: SearchOffice
  beforeAll(async () => {
    whole = await searchOffice(await fresh())
    open = await searchOffice(await fresh())
  })
  afterAll(async () => {
    await whole.close()
    await open.close()
  })

  it.each(PEOPLE)(
    'is in nothing that %s is told',
    async (_who, person) => {
      await fc.assert(
        fc.asyncProperty(
          heldArbitrary,
          fc.shuffledSubarray(QUERIES, { minLength: 4, maxLength: 4 }),
          async (held, asked) => {
            const visible = openTo(person, held)
            await whole.hold(held)
            await open.hold(visible)
            const ids = idsOf(visible)
            for (const query of asked) {
              const told = await whole.whole(person, query)
              expect(told.text).toBe((await open.whole(person, query)).text)
              const items = told.pages.flatMap((page) => page.items)
              const own = items.filter(({ kind }) => ['case', 'petition', 'document', 'alert'].includes(kind))
              expect(own.filter(({ id }) => !ids.has(id))).toEqual([])
              // Each page but the last is full: a gap would tell of what was left out.
              expect(told.pages.slice(0, -1).every((page) => page.items.length === 3)).toBe(true)
            }
          },
        ),
        { numRuns: name === 'SQLite' ? 15 : 3 },
      )
    },
    60_000,
  )

  it('is found by those who may open it: nothing is missing', async () => {
    const chief = principalOf('chief', 'p01', 'chief')
    const held: Held = {
      cases: [caseOf(1, { cause: '盗窃罪' }), caseOf(2, { cause: '盗窃罪', restricted: true })],
      matters: [matterOf(1, { title: '反映盗窃案未立案' })],
      documents: [documentOf(1, {}), documentOf(2, { state: 'withdrawn' })],
      alerts: [alertOf(1, { title: '盗窃库门未关' }), alertOf(2, { title: '盗窃库门未关', kind: 'hidden' })],
    }
    await whole.hold(held)
    const { pages } = await whole.whole(chief, { q: '盗窃' })
    // Not the sealed cause of a restricted case, not what was withdrawn, not a hidden alert.
    expect(pages.flatMap((page) => page.items.map(({ id }) => id)).toSorted()).toEqual(
      [caseOf(1, {}).id, 'm1', 'd1', alertOf(1, {}).id].toSorted(),
    )
    expect((await whole.search(chief, { q: '赵某某' })).items).toEqual([])
    expect((await whole.search(chief, { q: '199-0000-9001' })).items).toEqual([])
  })

  it('follows a case that changes hands', async () => {
    const one = caseOf(1, { cause: '盗窃罪', handlerNo: '10007' })
    const first = principalOf('prosecutor', 'p07', 'prosecutor')
    const second = principalOf('prosecutor', 'p08')
    const held = { cases: [one], matters: [], documents: [], alerts: [] }
    await whole.hold(held)
    expect((await whole.search(first, { q: '盗窃' })).items).toHaveLength(1)
    expect((await whole.search(second, { q: '盗窃' })).items).toEqual([])
    await whole.hold({ ...held, cases: [{ ...one, handlerNo: '10008' }] })
    expect((await whole.search(first, { q: '盗窃' })).counts).toEqual([])
    expect((await whole.search(second, { q: '盗窃' })).items).toHaveLength(1)
  })
})
