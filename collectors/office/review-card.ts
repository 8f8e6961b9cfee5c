import type { ReviewRules } from '../../config/schema.ts'
import type { Grade } from '../../contract/http/reviews.ts'
import type { Chance } from './random.ts'

/** What reviews of the simulated office find. */
export const PROBLEMS = [
  '讯问笔录缺少一处权利义务告知签名',
  '审查报告证据摘录页码有误',
  '法律文书送达回证未及时入卷',
  '量刑建议说理不足',
  '电子卷宗编目与纸质卷宗不一致',
  '应公开的文书超期一日上传',
]

/** Cards are mostly good: 28 % 优质, 47 % 合格, 22 % 基本合格, the rest 不合格. */
export function evaluation(
  rules: ReviewRules,
  chance: Chance,
): { deductions: Record<string, number>; veto: string[]; grade: Grade; reason: string } {
  const points = chance.weighted([
    [28, chance.int(0, 5)],
    [47, chance.int(6, 20)],
    [22, chance.int(21, 40)],
    [3, chance.int(41, 50)],
  ])
  const deductions: Record<string, number> = {}
  let left = points
  for (const { id, weight } of rules.card) {
    const off = Math.min(left, Math.ceil(weight / 2))
    if (off > 0) deductions[id] = off
    left -= off
  }
  const score = 100 - points + left
  const grade: Grade = score >= 95 ? 'excellent' : score >= 80 ? 'qualified' : score >= 60 ? 'basic' : 'unqualified'
  return { deductions, veto: [], grade, reason: '按评分卡逐项评查后得出（演示）' }
}
