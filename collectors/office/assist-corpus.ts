import { officeTime } from '../../config/zone.ts'
import type { Chance } from './random.ts'

/** Made-up published judgments of the simulated office, as the table that a person would import. */
const CHARGES: readonly (readonly [charge: string, least: number, most: number, fact: string])[] = [
  ['盗窃罪', 5, 40, '多次趁夜间翻窗进入店铺盗窃现金、手机等财物'],
  ['故意伤害罪', 6, 36, '因琐事发生争执，持械殴打被害人致轻伤'],
  ['诈骗罪', 8, 60, '虚构工程项目，以收取保证金为名骗取他人钱款'],
  ['帮助信息网络犯罪活动罪', 6, 24, '明知他人利用信息网络实施犯罪，仍出售银行卡供转账'],
  ['寻衅滋事罪', 6, 30, '酒后随意殴打他人，任意损毁他人财物'],
  ['危险驾驶罪', 1, 5, '醉酒驾驶小型轿车，血液酒精含量超过标准'],
  ['交通肇事罪', 8, 36, '驾驶机动车违反交通规则，发生事故致一人死亡'],
  ['掩饰、隐瞒犯罪所得罪', 6, 30, '明知是犯罪所得的电动车仍低价收购转卖'],
  ['非法采矿罪', 8, 36, '未取得采矿许可证，擅自开采煤炭资源'],
  ['滥伐林木罪', 6, 24, '未办理采伐许可证，超量采伐林木'],
  ['污染环境罪', 8, 36, '违反规定倾倒、处置危险废物'],
]
/** Sets as they come together: most plead guilty (domain.md I: 88 %). */
const SETS: readonly (readonly [weight: number, names: readonly string[]])[] = [
  [8, ['自首', '认罪认罚']],
  [8, ['坦白', '认罪认罚']],
  [4, ['自首', '认罪认罚', '退赃退赔']],
  [4, ['坦白', '认罪认罚', '退赃退赔']],
  [3, ['自首', '认罪认罚', '赔偿并取得谅解']],
  [3, ['坦白', '认罪认罚', '前科']],
  [2, ['坦白', '累犯']],
  [2, ['从犯', '认罪认罚']],
  [1, ['犯罪未遂', '坦白']],
  [1, []],
]
const PER_CHARGE = 36

/** CSV in UTF-8. */
export function judgedTable(chance: Chance, now: number): string {
  const head = '裁判文书号,罪名,刑期,量刑情节,案件事实,法院,判决日期,来源'
  const { year } = officeTime(now)
  const today = officeTime(now).toPlainDate()
  const rows = CHARGES.flatMap(([charge, least, most, fact], c) =>
    Array.from({ length: PER_CHARGE }, (_, n) => {
      const names = chance.weighted(SETS)
      const lighter = names.filter((name) => name !== '累犯' && name !== '前科').length
      const months = Math.max(least, Math.round(chance.int(least, most) * (1 - 0.1 * lighter)))
      const day = today.subtract({ days: chance.int(20, 700) })
      const sentence = charge === '危险驾驶罪' ? `拘役${months}个月` : `有期徒刑${months}个月`
      const no = `(${year})示演刑初${1000 + c * 100 + n}号`
      return [
        no,
        charge,
        sentence,
        names.join('、'),
        `${fact}（演示）`,
        '示例区人民法院（演示）',
        day.toString(),
        '公开',
      ].join(',')
    }),
  )
  return [head, ...rows].join('\n')
}
