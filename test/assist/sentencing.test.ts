import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SentencingInput } from '../../contract/http/assist.ts'
import { reckonSentence, recogniseFactor } from '../../server/assist/sentencing.ts'
import { demoConfig } from '../helpers/office.ts'

const RULES = demoConfig().sentencing
type Factors = [factor: string, percent: number][]
interface Case {
  start: number
  plus?: number[]
  one?: Factors
  two?: Factors
  min?: number
  max?: number
  mitigated?: boolean
}
const input = ({
  start,
  plus = [],
  one = [],
  two = [],
  min = 1,
  max = 180,
  mitigated = false,
}: Case): SentencingInput =>
  SentencingInput.parse({
    crime: '盗窃罪',
    startMonths: start,
    increments: plus.map((months) => ({ reason: '数额', months })),
    layer1: one.map(([factor, percent]) => ({ factor, percent })),
    layer2: two.map(([factor, percent]) => ({ factor, percent })),
    statutory: { min, max },
    mitigated,
  })
const reckon = (one: Case) => reckonSentence(RULES, input(one))

describe('the two worked examples of 法发〔2021〕21号 (domain.md G.1)', () => {
  test('theft: 30.4 months by the circumstances, 36 by the statutory minimum', () => {
    const answer = reckon({
      start: 36,
      plus: [2],
      two: [
        ['累犯', 20],
        ['认罪认罚（坦白、退赃）', -40],
      ],
      min: 36,
      max: 120,
    })
    expect(answer).toMatchObject({ baseline: 38, afterLayer1: 38, result: 30.4, final: 36 })
    expect(answer.warnings.join()).toContain('法定最低刑 36 个月')
    expect(answer.warnings.join()).toContain('累犯不适用缓刑')
    expect(answer.warnings.join()).not.toContain('不足 3 个月')
    expect(answer.warnings.join()).not.toContain('超出参考幅度')
  })
  test('injury by a minor: 14 → 9.8 → 4.9 → 5 months, which is 拘役', () => {
    const answer = reckon({
      start: 12,
      plus: [2],
      one: [['未成年', -30]],
      two: [['认罪认罚（自首、赔偿谅解）', -50]],
      min: 1,
      max: 36,
    })
    expect(answer).toMatchObject({ baseline: 14, afterLayer1: 9.8, result: 4.9, final: 5 })
    expect(answer.warnings.join()).toContain('拘役')
  })
})

describe('tables', () => {
  /** [what, case, baseline, after layer 1, result, final] reckoned by hand. */
  const TABLE: [string, Case, number, number, number, number][] = [
    ['nothing but the start', { start: 12 }, 12, 12, 12, 12],
    ['increments add', { start: 12, plus: [3, 4.5] }, 19.5, 19.5, 19.5, 20],
    ['one first-layer factor', { start: 24, one: [['从犯', -20]] }, 24, 19.2, 19.2, 19],
    [
      'first-layer factors multiply',
      {
        start: 36,
        one: [
          ['未遂', -50],
          ['从犯', -20],
        ],
      },
      36,
      14.4,
      14.4,
      14,
    ],
    [
      'three of them',
      {
        start: 60,
        one: [
          ['未成年', -40],
          ['从犯', -30],
          ['未遂', -20],
        ],
      },
      60,
      20.16,
      20.16,
      20,
    ],
    ['正当 防卫过当 to nothing', { start: 36, one: [['防卫过当', -100]] }, 36, 0, 0, 1],
    [
      'second-layer factors add',
      {
        start: 36,
        two: [
          ['自首', -20],
          ['退赃', -10],
        ],
      },
      36,
      36,
      25.2,
      25,
    ],
    [
      'up and down against each other',
      {
        start: 36,
        two: [
          ['前科', 10],
          ['坦白', -10],
        ],
      },
      36,
      36,
      36,
      36,
    ],
    ['second layer on what the first left', { start: 40, one: [['从犯', -50]], two: [['自首', -40]] }, 40, 20, 12, 12],
    ['累犯 by percent', { start: 36, two: [['累犯', 20]] }, 36, 36, 43.2, 43],
    ['累犯 at least three months', { start: 10, two: [['累犯', 10]] }, 10, 10, 13, 13],
    ['累犯 of exactly three months', { start: 30, two: [['累犯', 10]] }, 30, 30, 33, 33],
    ['累犯 one hundredth under three', { start: 29.9, two: [['累犯', 10]] }, 29.9, 29.9, 32.9, 33],
    ['累犯 of what layer 1 left', { start: 36, one: [['从犯', -50]], two: [['累犯', 10]] }, 36, 18, 21, 21],
    [
      '累犯 least beside a reduction',
      {
        start: 12,
        two: [
          ['累犯', 10],
          ['坦白', -20],
        ],
      },
      12,
      12,
      12.6,
      13,
    ],
    ['half a month rounds up', { start: 7.5 }, 7.5, 7.5, 7.5, 8],
    ['under half a month rounds down', { start: 7.49 }, 7.49, 7.49, 7.49, 7],
    ['two decimals round half up', { start: 10.05, one: [['从犯', -50]] }, 10.05, 5.03, 5.03, 5],
    ['under the minimum: the minimum', { start: 36, two: [['自首', -40]], min: 36 }, 36, 36, 21.6, 36],
    [
      'under it with mitigation: as reckoned',
      { start: 36, two: [['自首', -40]], min: 36, mitigated: true },
      36,
      36,
      21.6,
      22,
    ],
    ['at the minimum', { start: 60, two: [['自首', -40]], min: 36 }, 60, 60, 36, 36],
    ['over the maximum: the maximum', { start: 110, two: [['累犯', 40]], max: 120 }, 110, 110, 154, 120],
    [
      'over it with mitigation: the maximum still',
      { start: 110, two: [['累犯', 40]], max: 120, mitigated: true },
      110,
      110,
      154,
      120,
    ],
    ['a minimum that is no whole month', { start: 5, min: 5.5 }, 5, 5, 5, 6],
    ['认罪认罚 alone', { start: 30, two: [['认罪认罚', -30]] }, 30, 30, 21, 21],
    [
      '认罪认罚 and 坦白 are not both counted',
      {
        start: 30,
        two: [
          ['认罪认罚', -30],
          ['坦白', -20],
        ],
      },
      30,
      30,
      21,
      21,
    ],
    [
      'the singles when they are more',
      {
        start: 30,
        two: [
          ['认罪认罚', -10],
          ['退赃', -30],
          ['坦白', -20],
        ],
      },
      30,
      30,
      15,
      15,
    ],
    [
      'the lead when both are the same',
      {
        start: 30,
        two: [
          ['认罪认罚', -20],
          ['坦白', -20],
        ],
      },
      30,
      30,
      24,
      24,
    ],
    [
      '认罪认罚 beside 立功, which it does not take in',
      {
        start: 30,
        two: [
          ['认罪认罚', -20],
          ['立功', -20],
        ],
      },
      30,
      30,
      18,
      18,
    ],
    [
      '认罪认罚 beside 累犯',
      {
        start: 38,
        two: [
          ['认罪认罚', -40],
          ['累犯', 20],
        ],
      },
      38,
      38,
      30.4,
      30,
    ],
    [
      '认罪认罚 with 当庭认罪',
      {
        start: 20,
        two: [
          ['认罪认罚', -20],
          ['当庭自愿认罪', -10],
        ],
      },
      20,
      20,
      16,
      16,
    ],
    [
      '认罪认罚 with 羁押表现',
      {
        start: 20,
        two: [
          ['认罪认罚', -20],
          ['羁押期间表现好', -10],
        ],
      },
      20,
      20,
      16,
      16,
    ],
    [
      '认罪认罚 with 和解',
      {
        start: 20,
        two: [
          ['认罪认罚', -20],
          ['刑事和解', -50],
        ],
      },
      20,
      20,
      10,
      10,
    ],
    [
      '认罪认罚 with 赔偿谅解',
      {
        start: 20,
        two: [
          ['认罪认罚', -30],
          ['赔偿并取得谅解', -40],
        ],
      },
      20,
      20,
      12,
      12,
    ],
    [
      '自首 and 退赃 without 认罪认罚 are both counted',
      {
        start: 20,
        two: [
          ['自首', -20],
          ['退赃退赔', -20],
        ],
      },
      20,
      20,
      12,
      12,
    ],
    [
      'reductions beyond all: nothing, then the minimum',
      {
        start: 20,
        two: [
          ['自首', -40],
          ['重大立功', -50],
          ['赔偿损失', -30],
        ],
      },
      20,
      20,
      0,
      1,
    ],
    ['an unknown factor counts as it is written', { start: 20, two: [['见义勇为', -10]] }, 20, 20, 18, 18],
    ['弱势对象', { start: 20, two: [['未成年被害人', 20]] }, 20, 20, 24, 24],
    ['老年 in layer 1', { start: 60, one: [['已满七十五周岁', -40]] }, 60, 36, 36, 36],
    ['中止 without harm', { start: 24, one: [['犯罪中止', -100]], min: 0 }, 24, 0, 0, 0],
    ['percent with decimals', { start: 100, two: [['坦白', -12.5]] }, 100, 100, 87.5, 88],
    [
      'long chain stays exact',
      {
        start: 0.03,
        one: [
          ['从犯', -50],
          ['未遂', -50],
        ],
        min: 0,
      },
      0.03,
      0.01,
      0.01,
      0,
    ],
    ['zero percent changes nothing', { start: 24, one: [['从犯', 0]], two: [['坦白', 0]] }, 24, 24, 24, 24],
  ]
  test('are at least forty', () => expect(TABLE.length).toBeGreaterThanOrEqual(40))
  test.each(TABLE)('%s', (_what, one, baseline, afterLayer1, result, final) => {
    expect(reckon(one)).toMatchObject({ baseline, afterLayer1, result, final })
  })
})

describe('warnings', () => {
  const warned = (one: Case) => reckon(one).warnings.join('\n')
  test.each<[string, Case, string]>([
    ['a factor that no rule knows', { start: 20, two: [['见义勇为', -10]] }, '不在量刑情节表中'],
    ['a percent out of its range', { start: 20, two: [['立功', -30]] }, '超出参考幅度 −20% 至 0%'],
    ['a factor in the wrong layer', { start: 20, two: [['从犯', -30]] }, '通常在第一层'],
    [
      'no double counting',
      {
        start: 20,
        two: [
          ['认罪认罚', -30],
          ['自首', -20],
        ],
      },
      '不作重复评价',
    ],
    ['认罪认罚 alone beyond 30 %', { start: 20, two: [['认罪认罚', -40]] }, '超出参考幅度'],
    ['fixed-term beyond fifteen years', { start: 190, max: 300 }, '刑法第四十五条'],
    ['no probation for a recidivist', { start: 20, two: [['累犯', 20]] }, '刑法第七十四条'],
    ['below the minimum with mitigation', { start: 36, min: 60, mitigated: true }, '刑法第六十三条'],
  ])('%s', (_what, one, words) => expect(warned(one)).toContain(words))
  test('nothing is warned of where nothing is odd', () => {
    expect(reckon({ start: 24, one: [['从犯', -20]], two: [['自首', -20]] }).warnings).toEqual([])
  })
  test.each([
    ['重大立功', '重大立功'],
    ['一般立功表现', '立功'],
    ['已满十六周岁不满十八周岁的未成年人', '未成年（16–18 周岁）'],
    ['已满十四周岁不满十六周岁', '未成年（12–16 周岁）'],
    ['认罪认罚（自首、赔偿谅解）', '认罪认罚'],
    ['赔偿并取得谅解', '赔偿并取得谅解'],
    ['又聋又哑或盲人', '又聋又哑或盲人'],
    ['完全无关', undefined],
  ])('%s is %s', (text, name) => expect(recogniseFactor(RULES, text)?.name).toBe(name))
})

describe('properties', () => {
  const layer1 = ['未成年', '从犯', '未遂', '预备', '中止', '教唆', '胁从'] as const
  const layer2 = ['自首', '坦白', '立功', '退赃', '认罪认罚', '累犯', '前科', '刑事和解', '别的'] as const
  const months = (max: number) => fc.integer({ min: 1, max: max * 100 }).map((cents) => cents / 100)
  const factors = (names: readonly string[], from: number, to: number) =>
    fc.array(fc.tuple(fc.constantFrom(...names), fc.integer({ min: from, max: to })), { maxLength: 6 })
  const cases = fc.record({
    start: months(180),
    plus: fc.array(months(24), { maxLength: 3 }),
    one: factors(layer1, -60, 20),
    two: factors(layer2, -40, 40),
    min: fc.integer({ min: 0, max: 60 }),
    max: fc.integer({ min: 60, max: 300 }),
    mitigated: fc.boolean(),
  })
  test('the order of factors within a layer does not matter', () => {
    fc.assert(
      fc.property(cases, (one) => {
        const [a, b] = [reckon(one), reckon({ ...one, one: one.one.toReversed(), two: one.two.toReversed() })]
        expect([b.afterLayer1, b.result, b.final]).toEqual([a.afterLayer1, a.result, a.final])
      }),
    )
  })
  test('never under the floor without mitigation, never over the ceiling', () => {
    fc.assert(
      fc.property(cases, (one) => {
        const { final } = reckon(one)
        if (!one.mitigated) expect(final).toBeGreaterThanOrEqual(one.min)
        expect(final).toBeLessThanOrEqual(one.max)
        expect(final).toBeGreaterThanOrEqual(0)
      }),
    )
  })
  test('every month in the ledger adds up', () => {
    fc.assert(
      fc.property(cases, (one) => {
        const { ledger, final } = reckon(one)
        const cents = ledger.reduce((sum, line) => sum + Math.round(line.months * 100), 0)
        expect(cents).toBe(final * 100)
        expect(ledger.at(-1)?.total).toBe(final)
      }),
    )
  })
  test('认罪认罚 and what it takes in never both take months off', () => {
    fc.assert(
      fc.property(
        months(180),
        fc.integer({ min: -30, max: -1 }),
        fc.integer({ min: -30, max: -1 }),
        (start, lead, single) => {
          const { ledger } = reckon({
            start,
            two: [
              ['认罪认罚', lead],
              ['坦白', single],
            ],
            min: 0,
          })
          const taken = ledger.filter(({ step, months }) => step === 'layer2' && months !== 0)
          expect(taken.length).toBeLessThanOrEqual(1)
        },
      ),
    )
  })
})

test.each([
  [{ startMonths: 0 }, 'startMonths'],
  [{ startMonths: -1 }, 'startMonths'],
  [{ statutory: { min: 12, max: 6 } }, 'statutory'],
  [{ layer1: [{ factor: '', percent: 1 }] }, 'layer1.0.factor'],
  [{ layer1: [{ factor: 'x', percent: 101 }] }, 'layer1.0.percent'],
  [{ startMonths: 1.234 }, 'startMonths'],
])('bad input %j is refused at its place', (change, path) => {
  const parsed = SentencingInput.safeParse({ crime: 'x', startMonths: 6, statutory: { min: 1, max: 9 }, ...change })
  expect(parsed.error?.issues.map((issue) => issue.path.join('.'))).toContain(path)
})
