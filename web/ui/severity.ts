import type { AlertState } from '../../contract/panels/alerts.ts'
import type { Severity } from '../../contract/severity.ts'

/** Shape = severity, fill = state, word = both, colour = help (visual.md principle 2). */
export type Hue = 'red' | 'orange' | 'yellow' | 'blue' | 'green' | 'grey'
export type Fill = 'solid' | 'outline' | 'dashed'
export type Shape = 'octagon' | 'triangle' | 'diamond' | 'disc' | 'ring'

export const SHAPE_OF: Record<Hue, Shape> = {
  red: 'octagon',
  orange: 'triangle',
  yellow: 'diamond',
  blue: 'disc',
  green: 'ring',
  grey: 'ring',
}
export const HUE_OF: Record<Severity, Hue> = { critical: 'red', warning: 'orange', notice: 'yellow', info: 'blue' }
export const FILL_OF: Record<AlertState, Fill> = {
  unacknowledged: 'solid',
  acknowledged: 'outline',
  'returned-unacknowledged': 'dashed',
  normal: 'outline',
}
/** What a colour is called in a table of colours. */
export const HUE_WORDS: Record<Hue, string> = {
  red: '红',
  orange: '橙',
  yellow: '黄',
  blue: '蓝',
  green: '绿',
  grey: '灰',
}
