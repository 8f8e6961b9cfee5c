import type { ContradictionKind } from '../../contract/http/assist-reading.ts'
import { sourceText } from '../../server/assist/reading/text.ts'
import type { HeldCase } from './records-corpus.ts'

/**
 * A third held corpus, in other words again and of other crimes. It stays blind: what it shows is reported and no rule is
 * made from it.
 */
type Seed = ContradictionKind | 'none'
const NAMES = [
  ['万小军', '江雪梅', '陶志刚'],
  ['雷建华', '安素芬', '邢宝山'],
  ['傅海洋', '庄玉兰', '武铁柱'],
] as const
const date = ({ year, month, day }: Temporal.PlainDate) => `${year}年${month}月${day}日`
const paper = (kind: '讯问' | '询问', day: Temporal.PlainDate, who: string, role: string, text: string) =>
  [
    `${kind}笔录`,
    `${kind}时间：${date(day)}10时00分至11时00分`,
    kind === '讯问' ? `被讯问人：${who}` : `被询问人：${who}（${role}）`,
    '问：请如实回答我们的提问。',
    '答：好的。',
    '问：请讲一下事情的详细经过。',
    `答：${text}`,
    '问：你讲的是事实吗？',
    '答：是事实。',
  ].join('\n')
type Scene = { day: Temporal.PlainDate; a: string; b: string; c: string; n: number }
const scenes: readonly ((
  scene: Scene,
  seed: Seed,
) => [texts: string[], between: Partial<Record<Seed, [string, string]>>])[] = [
  // 贩卖毒品.
  ({ day, a, b, n }, seed) => {
    const price = 300 + 100 * (n % 4)
    const seller = `${date(day)}晚上9点左右，${b}打电话问我要冰毒，我就在城东客运站旁边把一小包冰毒卖给了他，收了他${price}元毒资，是微信收的。`
    const buyer = `${date(seed === 'time' ? day.add({ days: 4 }) : day)}21时许，我在${seed === 'place' ? '西山公园' : '城东客运站'}找${a}买了一包冰毒，${seed === 'manner' ? '当面给的现金' : '微信转的'}，花了${seed === 'amount' ? price + 400 : price}块钱毒资。`
    return [
      [
        paper('讯问', day.add({ days: 5 }), a, '', seller),
        paper('询问', day.add({ days: 6 }), b, '证人', buyer),
        paper('讯问', day.add({ days: 15 }), a, '', seller),
      ],
      { time: [a, b], place: [a, b], amount: [a, b], manner: [a, b] },
    ]
  },
  // 寻衅滋事、砸店.
  ({ day, a, b, c, n }, seed) => {
    const hour = 19 + (n % 3)
    const first = `${date(day)}${hour}时许，我喝多了，走到老街口的便利店，跟老板${b}要烟他不给，我就用板凳把他打了。后来我给他赔了三千六百元医药费。`
    const second = `${date(day)}${seed === 'time' ? '中午12点' : `晚上${hour - 12}点左右`}，${a}来我店里闹事，${seed === 'manner' ? '抄起啤酒瓶打我的头' : '拿起凳子就打我'}，我住了院，他赔给我${seed === 'amount' ? '1600元' : '3600块钱'}医疗费。`
    const third = `${date(day)}晚上，我在${seed === 'place' ? '人民广场' : '老街口便利店'}看见${a}打人，打的就是店老板${b}。`
    return [
      [
        paper('讯问', day.add({ days: 2 }), a, '', first),
        paper('询问', day.add({ days: 3 }), b, '被害人', second),
        paper('询问', day.add({ days: 4 }), c, '证人', third),
      ],
      { time: [a, b], place: [a, c], amount: [a, b], manner: [a, b] },
    ]
  },
  // 抢夺、扒窃.
  ({ day, a, b, c, n }, seed) => {
    const cash = 1000 + 500 * (n % 3)
    const first = `${date(day)}早上7点半，我在南门菜市场挤到一个买菜的人身后，趁她不注意掏走她包里的现金${cash}元和一部手机。手机当天卖给了${c}，卖了450元。`
    const second = `${seed === 'time' ? `${date(day.add({ days: 7 }))}早上7点多` : `${date(day)}早上7点半左右`}，我在${seed === 'place' ? '北关超市' : '南门菜市场'}买菜，回家发现包里的钱和手机被偷了，丢了${seed === 'amount' ? cash + 1800 : cash}元现金。`
    const third = `${a}拿来一部旧手机，说急用钱，我花450元买下的。`
    const again =
      seed === 'manner'
        ? `我想起来了，我没有偷，钱是我捡的。`
        : `${date(day)}早上七点半，在南门菜市场，我偷了现金${cash}元。`
    return [
      [
        paper('讯问', day.add({ days: 1 }), a, '', first),
        paper('询问', day, b, '被害人', second),
        paper('询问', day.add({ days: 2 }), c, '证人', third),
        paper('讯问', day.add({ days: 12 }), a, '', again),
      ],
      { time: [a, b], place: [a, b], amount: [a, b], manner: [a, a] },
    ]
  },
]

export function thirdCases(count: number): HeldCase[] {
  const seeds: Seed[] = ['time', 'amount', 'manner', 'place', 'none']
  return Array.from({ length: count }, (_, n) => {
    const [a, b, c] = NAMES[n % 2 === 0 ? n % 3 : (n + 1) % 3] ?? NAMES[0]
    const seed = seeds[Math.floor(n / 3) % seeds.length] ?? 'none'
    const day = Temporal.PlainDate.from('2026-01-15').add({ days: (n * 17) % 200 })
    const [texts, between] = scenes[n % 3]?.({ day, a, b, c, n }, seed) ?? [[], {}]
    const pair = between[seed]
    return {
      name: `third-${n}-${seed}`,
      sources: texts.map((text, k) => sourceText(`f${k}`, `${k}.txt`, [{ page: null, text }])),
      seeded: pair && seed !== 'none' ? [{ kind: seed, between: pair }] : [],
    }
  })
}
