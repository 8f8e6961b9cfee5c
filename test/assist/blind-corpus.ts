import { chanceOf } from '../../collectors/office/random.ts'
import type { ContradictionKind } from '../../contract/http/assist-reading.ts'
import { sourceText } from '../../server/assist/reading/text.ts'
import type { HeldCase } from './records-corpus.ts'

/**
 * A second held corpus: longer records with small talk, other crimes and other turns of phrase, written after the rules
 * stood. Several facts per record agree in other words; at most one is told differently. Read blind, precision was 0.90
 * and recall 0.38; the rules have been widened by what it showed, so it is no longer blind.
 */
type Seed = ContradictionKind | 'none'
const NAMES = [
  ['罗大勇', '梁晓燕', '潘志军'],
  ['侯明亮', '段春梅', '尹立伟'],
  ['贾小龙', '薛秀兰', '牛建平'],
  ['白文斌', '康美华', '史向阳'],
] as const
const PLACES = ['聚贤茶楼', '蓝海宾馆', '兴隆批发市场', '和平广场']
const date = ({ year, month, day }: Temporal.PlainDate) => `${year}年${month}月${day}日`
const DIGIT = ['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九']
const inChinese = ({ year, month, day }: Temporal.PlainDate) => {
  const small = (n: number) =>
    n < 10
      ? DIGIT[n]
      : n < 20
        ? `十${n % 10 ? DIGIT[n % 10] : ''}`
        : `${DIGIT[Math.floor(n / 10)]}十${n % 10 ? DIGIT[n % 10] : ''}`
  return `${[...String(year)].map((d) => DIGIT[Number(d)]).join('')}年${small(month)}月${small(day)}日`
}

function paper(
  kind: '讯问' | '询问',
  day: Temporal.PlainDate,
  who: string,
  role: string,
  turns: readonly (readonly [string, string])[],
) {
  return [
    `${kind} 笔 录`,
    `${kind}时间 ${date(day)}16时20分 至 ${date(day)}17时30分`,
    `${kind}人 甲警官 乙警官`,
    kind === '讯问' ? `犯罪嫌疑人 ${who} 性别 男` : `证人/被害人情况：姓名：${who}，${role}`,
    '问：你的个人简历？',
    '答：我从小在本地上学，毕业后打工，家里有父母和一个弟弟。',
    '问：你以前受过处罚没有？',
    '答：没有。',
    ...turns.flatMap(([q, a]) => [`问：${q}`, `答：${a}`]),
    '问：还有补充吗？',
    '答：没有了，以上我都看过，和我讲的一样。',
  ].join('\n')
}

type Scene = { day: Temporal.PlainDate; a: string; b: string; c: string; place: string; n: number }
const scenes: readonly ((scene: Scene, seed: Seed) => string[])[] = [
  // 敲诈、借款式诈骗：钱款、方式、地点。
  ({ day, a, b, c, place, n }, seed) => {
    const sum = 3 + (n % 5)
    return [
      paper('讯问', day.add({ days: 40 }), a, '', [
        ['你和对方怎么认识的？', '朋友介绍的，认识有两年多了。'],
        [
          '他给你钱是怎么回事？',
          `${date(day)}上午10点来钟，我约他在${place}见面，他把${sum}万元现金给了我，说是入股的保证金。`,
        ],
        ['钱去哪了？', '都让我还了别的账。'],
      ]),
      paper('询问', day.add({ days: 33 }), b, '系被害人', [
        ['你报案是因为什么？', `我被${a}骗了。`],
        [
          '把付钱的前后讲一讲。',
          `${inChinese(seed === 'time' ? day.add({ days: 6 }) : day)}上午十点，在${seed === 'place' ? PLACES[(PLACES.indexOf(place) + 1) % 4] : place}，我${seed === 'manner' ? '用手机银行转账' : '拿现金'}付给他${seed === 'amount' ? `${sum}万8千` : `${DIGIT[sum]}万`}元，他写了收条，写的是保证金。`,
        ],
      ]),
      paper('询问', day.add({ days: 35 }), c, '证人', [
        ['你在场看见了什么？', `那天我开车送${b}去的${place}，他付了钱，${a}收下了，具体数目我没数。`],
      ]),
    ]
  },
  // 斗殴：工具、时间、部位不比。
  ({ day, a, b, c, place, n }, seed) => {
    const hour = 20 + (n % 3)
    return [
      paper('讯问', day.add({ days: 3 }), a, '', [
        [
          '说说打人的经过。',
          `${date(day)}晚上${hour - 12}点多，我和${b}在${place}因为敬酒吵起来了，我一时冲动，拿铁管照他胳膊上抡了两下。`,
        ],
        ['打完以后呢？', '有人拉开，我就打车回家了。'],
        ['后来赔偿了没有？', '第三天家里人送去五千块钱，算是医药费赔偿。'],
      ]),
      paper('询问', day.add({ days: 1 }), b, '系被害人', [
        [
          '昨天是怎么受的伤？',
          `${seed === 'time' ? `昨天下午2点` : `昨天晚上${hour}时许`}，在${seed === 'place' ? PLACES[(PLACES.indexOf(place) + 2) % 4] : place}，${a}${seed === 'manner' ? '掏出一把折叠刀扎了我' : '抄起一根钢管打了我'}胳膊。`,
        ],
        ['伤在哪里？', '左胳膊，在医院拍了片子。'],
      ]),
      paper('询问', day.add({ days: 20 }), b, '系被害人', [
        ['对方赔偿情况？', `他家里人来过，赔了我${seed === 'amount' ? '两千' : '5000'}元医药费。`],
      ]),
      paper('询问', day.add({ days: 6 }), c, '证人', [
        ['当时你看见什么？', `${date(day)}晚上，我在${place}吃饭，看到${a}打了${b}，我上去拉架了。`],
      ]),
    ]
  },
  // 入室盗窃：进入方式、销赃价。
  ({ day, a, b, c, n }, seed) => {
    const price = 600 + 100 * (n % 4)
    return [
      paper('讯问', day.add({ days: 9 }), a, '', [
        [
          '你怎么进的屋？',
          `${date(day)}下午3点左右，我到锦绣小区5号楼，用螺丝刀把门撬开进去的，拿走了笔记本电脑和现金2000元。`,
        ],
        ['电脑在哪里？', `第二天就卖给收旧货的${c}了，卖了${price}元。`],
      ]),
      paper('讯问', day.add({ days: 21 }), a, '', [
        ['你上次讲的属实吗？', '属实。'],
        [
          '再详细说一遍进屋过程。',
          `${seed === 'time' ? date(day.add({ days: 2 })) : date(day)}下午${seed === 'time' ? 5 : 3}点，我去的${seed === 'place' ? '锦绣小区9号楼' : '锦绣小区5号楼'}，${seed === 'manner' ? '当时门是开着的，我直接进去' : '撬锁进去'}偷了电脑，还有现金2000元。`,
        ],
      ]),
      paper('询问', day.add({ days: 1 }), b, '系被害人', [
        ['你家丢了什么？', '丢了一台笔记本电脑，还有两千块钱现金。'],
      ]),
      paper('询问', day.add({ days: 11 }), c, '证人', [
        [
          '你收过他的电脑没有？',
          `收过，他说是自己的二手电脑，我给了他${seed === 'amount' ? price + 500 : price}块钱。`,
        ],
      ]),
    ]
  },
]
const BETWEEN: readonly Readonly<Record<ContradictionKind, readonly [number, number]>>[] = [
  { time: [0, 1], place: [0, 1], amount: [0, 1], manner: [0, 1] },
  { time: [0, 1], place: [0, 1], amount: [0, 1], manner: [0, 1] },
  { time: [0, 0], place: [0, 0], amount: [0, 2], manner: [0, 0] },
]

export function blindCases(count: number): HeldCase[] {
  const seeds: Seed[] = ['time', 'amount', 'manner', 'place', 'none']
  return Array.from({ length: count }, (_, n) => {
    const names = NAMES[n % NAMES.length] ?? NAMES[0]
    const [a, b, c] = names
    const seed = seeds[Math.floor(n / scenes.length) % seeds.length] ?? 'none'
    const day = Temporal.PlainDate.from('2026-02-10').add({ days: chanceOf(`blind/${n}`).int(0, 120) })
    const scene = { day, a, b, c, place: PLACES[n % PLACES.length] ?? '', n }
    const texts = scenes[n % scenes.length]?.(scene, seed) ?? []
    const pair = seed === 'none' ? undefined : BETWEEN[n % scenes.length]?.[seed]
    return {
      name: `blind-${n}-${seed}`,
      sources: texts.map((text, k) => sourceText(`f${k}`, `${k}.txt`, [{ page: null, text }])),
      seeded: pair && seed !== 'none' ? [{ kind: seed, between: [names[pair[0]] ?? '', names[pair[1]] ?? ''] }] : [],
    }
  })
}
