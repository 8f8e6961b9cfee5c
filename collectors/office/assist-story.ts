import { officeTime } from '../../config/zone.ts'
import type { Chance } from './random.ts'

/** Made-up papers of one case of the simulated office: records of several people that do not quite agree. */
export interface CasePapers {
  name: string
  text: string
}
const MARK = '【演示材料，人物与情节均为虚构】'
const SURNAMES = Array.from('申柏贺卞娄耿莫裴席游')
const GIVEN = ['建国', '晓梅', '志远', '立新', '宇航', '美玲', '文博', '丽华']
const ROADS = ['光明路', '和平街', '迎春大街', '建设路']

export function casePapers(chance: Chance, cause: string, now: number): CasePapers[] {
  const surnames = chance.int(0, SURNAMES.length - 3)
  const [accused = '', victim = '', witness = ''] = [0, 1, 2].map(
    (at) => (SURNAMES[surnames + at] ?? '申') + chance.pick(GIVEN),
  )
  const day = officeTime(now)
    .toPlainDate()
    .subtract({ days: chance.int(50, 70) })
  const told = { accused, victim, witness, day, road: chance.pick(ROADS), chance }
  return [...(STORIES.find(([words]) => words.test(cause))?.[1] ?? theft)(told), arrival(told, cause)]
}

/** Causes that there are papers for. */
export const STORIES: readonly (readonly [RegExp, (told: Told) => CasePapers[]])[] = [
  [/盗窃/, theft],
  [/伤害|寻衅/, injury],
  [/诈骗|帮助信息/, fraud],
  [/采矿/, (told) => trade(told, '原煤')],
  [/林木/, (told) => trade(told, '木材')],
]
interface Told {
  accused: string
  victim: string
  witness: string
  day: Temporal.PlainDate
  road: string
  chance: Chance
}
const said = ({ year, month, day }: Temporal.PlainDate) => `${year}年${month}月${day}日`

function record(
  kind: '讯问' | '询问',
  nth: string,
  day: Temporal.PlainDate,
  who: string,
  turns: [string, string][],
): string {
  const person = kind === '讯问' ? `犯罪嫌疑人：${who}` : `被询问人：${who}`
  return [
    MARK,
    `${kind}笔录（第${nth}次）`,
    `${kind}时间：${said(day)}9时10分至${said(day)}10时40分`,
    `${kind}地点：示例市公安局示例分局办案区`,
    person,
    '问：我们是示例市公安局示例分局的民警，现依法向你了解情况，你要如实回答，听清楚了吗？',
    '答：听清楚了。',
    ...turns.flatMap(([question, answer]) => [`问：${question}`, `答：${answer}`]),
    '问：你还有什么补充的吗？',
    '答：没有了。',
  ].join('\n')
}

function arrival({ accused, day }: Told, cause: string): CasePapers {
  const text = [
    MARK,
    '到案经过',
    `犯罪嫌疑人${accused}涉嫌${cause}一案，经民警电话通知，${accused}于${said(day.add({ days: 2 }))}主动投案，如实供述自己的罪行，系自首。`,
    `${accused}愿意认罪认罚，无前科。`,
    `示例市公安局示例分局`,
    said(day.add({ days: 3 })),
  ].join('\n')
  return { name: '演示-到案经过.txt', text }
}

function trade({ accused, victim, witness, day, road, chance }: Told, goods: string): CasePapers[] {
  const sum = chance.int(2, 8)
  return [
    {
      name: '演示-讯问笔录（第一次）.txt',
      text: record('讯问', '一', day.add({ days: 6 }), `${accused}，男`, [
        [`你的${goods}是怎么来的？`, `没有办手续，自己雇人弄的。`],
        [`${victim}是怎么付款的？`, `${said(day)}下午3点，在${road}顺达货场门口，我收到${victim}现金${sum}万元货款。`],
      ]),
    },
    {
      name: '演示-讯问笔录（第二次）.txt',
      text: record('讯问', '二', day.add({ days: 16 }), `${accused}，男`, [
        [`${goods}的款项再说一遍。`, `${said(day)}下午3点，${victim}在${road}顺达货场门口用微信付给我${sum}万元货款。`],
      ]),
    },
    {
      name: '演示-询问笔录-买主.txt',
      text: record('询问', '一', day.add({ days: 8 }), `${victim}，男，系本案证人`, [
        ['钱是怎么给的？', `${said(day)}晚上7点，在${road}顺达货场门口，我用微信付给${accused}${sum + 2}万元货款。`],
      ]),
    },
    {
      name: '演示-询问笔录-司机.txt',
      text: record('询问', '一', day.add({ days: 9 }), `${witness}，男，系本案证人`, [
        ['你看到付款了吗？', `看到了，${said(day)}下午3时许，在${road}顺达货场门口，${victim}把货款给了${accused}。`],
      ]),
    },
  ]
}

function injury({ accused, victim, witness, day, road, chance }: Told): CasePapers[] {
  const paid = chance.int(2, 6) * 1000
  return [
    {
      name: '演示-讯问笔录（第一次）.txt',
      text: record('讯问', '一', day.add({ days: 2 }), `${accused}，男`, [
        [
          '你因为什么事到公安机关？',
          `${said(day)}晚上8点左右，我在${road}好再来烧烤店门口和${victim}吵了起来，我用拳头打了他两下。`,
        ],
        ['你当时有没有使用工具？', '我没有拿刀，就是用拳头打的。'],
        ['事后你有没有赔偿？', `第二天我到医院赔了他${paid}元医药费。`],
      ]),
    },
    {
      name: '演示-讯问笔录（第二次）.txt',
      text: record('讯问', '二', day.add({ days: 9 }), `${accused}，男`, [
        [
          '你把当天的经过再说一遍。',
          `${said(day)}晚上10点半，我在${road}好再来烧烤店门口遇到${victim}，我抄起啤酒瓶砸了他头部一下。`,
        ],
        ['赔偿情况？', `次日我赔了${victim}医药费${paid}元。`],
      ]),
    },
    {
      name: '演示-询问笔录-被害人.txt',
      text: record('询问', '一', day.add({ days: 1 }), `${victim}，男，系本案被害人`, [
        [
          '请你讲一下事情经过。',
          `昨天晚上8点多，我在${road}好再来烧烤店吃饭，${accused}拿着一把水果刀捅了我左臂一下。`,
        ],
        ['他有没有赔偿你？', `今天上午${accused}来医院赔了我1000元医药费。`],
      ]),
    },
    {
      name: '演示-询问笔录-证人.txt',
      text: record('询问', '一', day.add({ days: 4 }), `${witness}，女，系本案证人`, [
        ['你看到了什么？', `${said(day)}晚8时许，我在${road}好再来烧烤店收拾桌子，看见${accused}用拳头打了${victim}。`],
        ['后来呢？', '当晚8点40分左右有人报警，民警就来了。'],
      ]),
    },
  ]
}

function theft({ accused, victim, witness, day, road, chance }: Told): CasePapers[] {
  const cash = chance.int(3, 9) * 800
  return [
    {
      name: '演示-讯问笔录（第一次）.txt',
      text: record('讯问', '一', day.add({ days: 5 }), `${accused}，男`, [
        ['你因何事被传唤？', `${said(day)}凌晨2点左右，我翻窗进到${road}惠民超市里，偷了收银台里的现金${cash}元。`],
        ['赃物怎么处理的？', `三天后我把一部手机卖给收废品的，卖了600元。`],
      ]),
    },
    {
      name: '演示-讯问笔录（第二次）.txt',
      text: record('讯问', '二', day.add({ days: 12 }), `${accused}，男`, [
        ['你是怎么进去的？', `${said(day)}凌晨2点，我到${road}惠民超市，门没锁，我就进去偷了现金${cash}元。`],
      ]),
    },
    {
      name: '演示-询问笔录-被害人.txt',
      text: record('询问', '一', day.add({ days: 1 }), `${victim}，男，系本案被害人`, [
        ['你发现被盗的经过？', `昨天凌晨5点我到${road}惠民超市开门，发现收银台被撬开，丢了现金${cash * 2}元。`],
        ['门窗情况？', '后窗是开着的，小偷应该是翻窗进来的。'],
      ]),
    },
    {
      name: '演示-询问笔录-证人.txt',
      text: record('询问', '一', day.add({ days: 6 }), `${witness}，女，系本案证人`, [
        ['你知道什么情况？', `${accused}三天前拿来一部手机要卖，我给了他400元，二手手机就这个价。`],
      ]),
    },
  ]
}

function fraud({ accused, victim, witness, day, road, chance }: Told): CasePapers[] {
  const sum = chance.int(2, 8)
  return [
    {
      name: '演示-讯问笔录（第一次）.txt',
      text: record('讯问', '一', day.add({ days: 20 }), `${accused}，男`, [
        ['说一下你收钱的经过。', `${said(day)}下午3点，在${road}蓝天酒店大厅，我收到${victim}现金${sum}万元。`],
        ['钱的用途？', '我跟他说是办事的保证金，后来都花了。'],
      ]),
    },
    {
      name: '演示-询问笔录-被害人.txt',
      text: record('询问', '一', day.add({ days: 15 }), `${victim}，男，系本案被害人`, [
        [
          '你是怎么把钱给他的？',
          `${said(day)}下午3时许，在${road}蓝天酒店大厅，我通过微信转给${accused}${sum}万5000元。`,
        ],
        ['有没有退还？', `一个月后他退给我2000元。`],
      ]),
    },
    {
      name: '演示-询问笔录-证人.txt',
      text: record('询问', '一', day.add({ days: 18 }), `${witness}，女，系本案证人`, [
        [
          '你当时在场吗？',
          `我在场。${said(day.add({ days: 1 }))}下午3点，在${road}蓝天酒店大厅，${victim}用微信转给${accused}${sum}万5000元。`,
        ],
      ]),
    },
  ]
}
