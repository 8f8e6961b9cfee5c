import { type Alert, CHANGE_REASONS, type ChangeReason } from './types.ts'
import { clockText } from './words.ts'

/** The line of history, in the words of desk-alerts.png. */
export function sentence(alert: Alert, reason: ChangeReason, at: number): string {
  switch (reason) {
    case 'repeated':
      return `第 ${alert.count} 次触发，归并到本条`
    case 'retriggered':
    case 'worsened':
      return `第 ${alert.count} 次触发，${CHANGE_REASONS[reason]}`
    case 'cleared':
      return `${clockText(at)} 恢复正常`
    case 'escalated':
      return `无人确认，升级至 ${alert.escalatedTo ?? '–'}`
    default:
      return CHANGE_REASONS[reason]
  }
}
