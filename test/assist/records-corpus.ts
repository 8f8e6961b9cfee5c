import { chanceOf } from '../../collectors/office/random.ts'
import type { ContradictionKind } from '../../contract/http/assist-reading.ts'
import { type SourceText, sourceText } from '../../server/assist/reading/text.ts'

/**
 * A held corpus: case files of three to five records each, written in other words than the rules were made with. Each
 * file says which facts its records tell differently; the same fact in other words (numerals, 许, a street left out) is
 * no contradiction and must not be found.
 */
export interface HeldCase {
  name: string
  sources: SourceText[]
  seeded: { kind: ContradictionKind; between: [string, string] }[]
}
type Chance = ReturnType<typeof chanceOf>

const FAMILY = ['王', '李', '赵', '孙', '钱', '郑', '冯', '韩', '曹', '魏']
const GIVEN = ['海涛', '丽娜', '国强', '春生', '晓峰', '玉梅', '俊杰', '桂英', '一帆', '文静']
const VENUES = ['金沙滩饭店', '老地方烧烤店', '星空网吧', '便民超市', '红太阳歌厅门口的停车场', '城南菜市场']
const STREETS = ['滨河路', '解放大街', '学府街', '南关巷']
const CHINESE = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九', '十', '十一', '十二']
const THOUSANDS = ['零', '一千', '两千', '三千', '四千', '五千', '六千', '七千', '八千', '九千']

interface Scene {
  chance: Chance
  day: Temporal.PlainDate
  hour: number
  venue: string
  street: string
  a: string
  b: string
  c: string
}
const date = ({ year, month, day }: Temporal.PlainDate) => `${year}年${month}月${day}日`
const evening = (hour: number, chance: Chance) =>
  chance.pick([`晚上${hour - 12}点`, `晚${CHINESE[hour - 12]}点左右`, `${hour}时许`, `${hour}时`])

function record(
  kind: '讯问' | '询问',
  nth: number,
  day: Temporal.PlainDate,
  who: string,
  role: string,
  turns: [string, string][],
) {
  const head = [
    `${kind}笔录`,
    `第${CHINESE[nth]}次`,
    `时间：${date(day)}14时05分至${date(day)}15时20分`,
    '地点：某某派出所询问室',
    kind === '讯问' ? `被讯问人姓名：${who}，性别男，汉族` : `被询问人姓名：${who}，${role}`,
    '问：下面的问题请如实陈述，故意作伪证要承担法律责任，明白吗？',
    '答：明白。',
  ]
  return [...head, ...turns.flatMap(([q, a]) => [`问：${q}`, `答：${a}`]), '问：以上所说是否属实？', '答：属实。'].join(
    '\n',
  )
}
/** What is told differently here; everything else agrees. */
type Seed = ContradictionKind | 'denial' | 'none'

function fight({ chance, day, hour, venue, street, a, b, c }: Scene, seed: Seed): [string[], HeldCase['seeded']] {
  const paid = chance.int(2, 9)
  const otherHour = hour === 22 ? 19 : 22
  const otherDay = day.add({ days: 3 })
  const bHour = seed === 'time' && chance.hit(0.5) ? otherHour : hour
  const bDay = seed === 'time' && bHour === hour ? otherDay : day
  const tool = chance.pick([
    ['抄起一根木棍', '钢管'],
    ['从厨房拿了把菜刀', '匕首'],
    ['捡起半块砖头', '砖块'],
  ])
  const toolB = seed === 'manner' ? chance.pick(['用啤酒瓶', '抡起板凳']) : `用${tool[1]}`
  const place = seed === 'place' ? VENUES[(VENUES.indexOf(venue) + 2) % VENUES.length] : venue
  const first = record('讯问', 1, day.add({ days: 2 }), a, '', [
    [
      '把打架的经过讲清楚。',
      seed === 'denial'
        ? `${date(day)}${evening(hour, chance)}，我在${street}${venue}喝酒，我没有打${b}，是他自己摔的。`
        : `${date(day)}${evening(hour, chance)}，我在${street}${venue}喝酒，${b}骂我，我就${tool[0]}朝他后背打了一下。`,
    ],
    ['后来对方的医药费是谁出的？', `过了几天我赔给${b}${THOUSANDS[paid]}元医药费。`],
  ])
  const second = record('询问', 1, day.add({ days: 5 }), b, '系被害人', [
    [
      '说说你是怎么受伤的？',
      `${date(bDay)}${evening(bHour, chance)}，我在${chance.hit(0.5) ? street : ''}${place}吃饭，${a}${toolB}打了我后背。`,
    ],
    ['医药费怎么解决的？', `他赔了我${seed === 'amount' ? paid * 1000 + 2500 : paid * 1000}元医药费。`],
  ])
  const third = record('询问', 1, day.add({ days: 6 }), c, '证人', [
    ['你看到的情况？', `${date(day)}${evening(hour, chance)}，在${venue}，我看见${a}打了${b}。`],
  ])
  return [
    [first, second, third],
    seed === 'none'
      ? []
      : seed === 'denial'
        ? [{ kind: 'manner', between: [a, b] }]
        : [{ kind: seed, between: [a, b] }],
  ]
}

function burglary({ chance, day, venue, street, a, b, c }: Scene, seed: Seed): [string[], HeldCase['seeded']] {
  const cash = chance.int(2, 9)
  const hour = chance.int(1, 3)
  const entry = chance.pick([
    ['撬开后门', '把门锁撬坏了'],
    ['从窗户爬进去', '翻窗进去'],
  ])
  const other = entry[0] === '撬开后门' ? '趁门没锁溜进去' : '用螺丝刀撬门进去'
  const shop = VENUES[3] ?? venue
  const first = record('讯问', 1, day.add({ days: 6 }), a, '', [
    [
      '你在哪里偷的东西？',
      `${date(day)}凌晨${hour}点，我在${street}${shop}${entry[0]}，偷走现金${THOUSANDS[cash]}元。`,
    ],
    ['偷来的手机怎么处理的？', `我把手机卖给${c}，卖了${seed === 'amount' && cash % 2 === 0 ? 900 : 500}块钱。`],
  ])
  const second = record('讯问', 2, day.add({ days: 15 }), a, '', [
    [
      '再把作案过程说一遍。',
      `${date(seed === 'time' ? day.add({ days: 1 }) : day)}凌晨${seed === 'time' ? hour + 1 : hour}点左右，我到${seed === 'place' ? `${STREETS[(STREETS.indexOf(street) + 1) % STREETS.length]}顺达手机店` : shop}${seed === 'manner' ? other : entry[1]}，偷了现金${THOUSANDS[cash]}元。`,
    ],
  ])
  const third = record('询问', 1, day.add({ days: 1 }), b, '系被害人', [
    [
      '丢了哪些东西？',
      `昨天早上发现${shop}被盗，丢了现金${seed === 'amount' && cash % 2 === 1 ? cash * 1000 + 3000 : cash * 1000}元。`,
    ],
  ])
  const fourth = record('询问', 1, day.add({ days: 8 }), c, '证人', [
    ['手机是怎么到你手里的？', `${a}拿来一部手机，我花500元买的，他说是他自己的二手手机。`],
  ])
  const between: [string, string] = seed === 'amount' ? (cash % 2 === 1 ? [a, b] : [a, c]) : [a, a]
  return [[first, second, third, fourth], seed === 'none' || seed === 'denial' ? [] : [{ kind: seed, between }]]
}

function swindle({ chance, day, street, venue, a, b, c }: Scene, seed: Seed): [string[], HeldCase['seeded']] {
  const sum = chance.int(2, 9)
  const hour = chance.int(2, 5)
  const via = chance.pick([
    ['用微信', '微信'],
    ['用支付宝', '支付宝'],
    ['以现金', '现金'],
  ])
  const otherVia = via[1] === '微信' ? '银行卡' : '微信'
  const shop = VENUES[0] ?? venue
  const first = record('讯问', 1, day.add({ days: 30 }), a, '', [
    [
      '你收了多少钱？',
      `${date(day)}下午${hour}点，在${street}${shop}，${b}${via[0]}付给我${CHINESE[sum]}万元，说好是工程保证金。`,
    ],
  ])
  const second = record('询问', 1, day.add({ days: 25 }), b, '系被害人', [
    [
      '钱是怎么付的？',
      `${date(seed === 'time' ? day.add({ days: 8 }) : day)}下午${CHINESE[hour]}点许，在${seed === 'place' ? '城南菜市场' : shop}，我${seed === 'manner' ? `用${otherVia}` : via[0]}付给${a}${seed === 'amount' ? `${sum + 3}万` : `${sum}0000`}元保证金。`,
    ],
  ])
  const third = record('询问', 1, day.add({ days: 28 }), c, '证人', [
    ['你知道付钱的事吗？', `知道，${date(day)}下午，我陪${b}去的${shop}，钱给了${a}。`],
  ])
  return [[first, second, third], seed === 'none' || seed === 'denial' ? [] : [{ kind: seed, between: [a, b] }]]
}

/** @param count of case files; the seed goes round, and one in six tells the same story in other words */
export function heldCases(count: number, seed = 'held-records'): HeldCase[] {
  const seeds: Seed[] = ['time', 'place', 'amount', 'manner', 'denial', 'none']
  const kinds = [fight, burglary, swindle]
  return Array.from({ length: count }, (_, n) => {
    const chance = chanceOf(`${seed}/${n}`)
    const at = chance.int(0, FAMILY.length - 3)
    const [a = '', b = '', c = ''] = [0, 1, 2].map((k) => `${FAMILY[at + k]}${chance.pick(GIVEN)}`)
    const scene = {
      chance,
      day: Temporal.PlainDate.from('2026-03-02').add({ days: chance.int(0, 150) }),
      hour: chance.int(19, 22),
      venue: chance.pick(VENUES.slice(0, 3)),
      street: chance.pick(STREETS),
      a,
      b,
      c,
    }
    const tell = kinds[n % kinds.length] ?? fight
    const wanted = seeds[Math.floor(n / kinds.length) % seeds.length] ?? 'none'
    const [texts, seeded] = tell(scene, wanted)
    return {
      name: `${n}-${tell.name}-${wanted}`,
      sources: texts.map((text, k) => sourceText(`f${k}`, `${k}.txt`, [{ page: null, text }])),
      seeded,
    }
  })
}
