import type { AlertRule } from '../../config/schema.ts'
import { EVENT_TYPES } from '../../contract/catalogue.ts'
import { span } from './words.ts'

/** A rule in words, so that whoever reads an alert can see what was asked. */
export function ruleText(rule: AlertRule): string {
  const types = rule.on.map(typeLabel).join('、')
  const ends = rule.clearedBy.length > 0 ? `；${rule.clearedBy.map(typeLabel).join('、')}后恢复` : ''
  switch (rule.kind) {
    case 'event':
      return `${types}${conditions(rule)}即报${ends}`
    case 'count':
      return `同一对象 ${span(rule.withinS ?? 0)}内${types}达 ${rule.threshold ?? 1} 次即报；窗口过后恢复`
    case 'figure':
      return `指标 ${rule.figure ?? '–'} 高于 ${rule.above ?? '–'} 持续 ${span(rule.forS)}即报；低于 ${rule.clearBelow ?? rule.above ?? '–'} 恢复`
    case 'feature':
      return '由相应功能按其业务规则判断'
  }
}

const typeLabel = (type: string): string => EVENT_TYPES[type]?.label ?? type

function conditions({ where }: AlertRule): string {
  const parts = Object.entries(where).map(([key, wanted]) => {
    const list = (Array.isArray(wanted) ? wanted : [wanted]).join('、')
    return key.endsWith('!') ? `${key.slice(0, -1)} 不是 ${list}` : `${key} 为 ${list}`
  })
  return parts.length > 0 ? `（${parts.join('，')}）` : ''
}
