/** Pure: how large a text is for an eye. visual.md section 3: one minute of arc is 1.454 mm at 5 m. */
const MINUTES = 60 * (180 / Math.PI)

/** From there on a text of the wall is read without effort; below the floor nobody should have to read it. */
export const CLEAR_MIN = 13
export const FLOOR_MIN = 10

export const arcMinutes = (mm: number, distanceM: number): number => Math.atan(mm / (distanceM * 1000)) * MINUTES
/** How far away a text of that height is still as large as so many minutes of arc, metres. */
export const readableTo = (mm: number, minutes = CLEAR_MIN): number => mm / Math.tan(minutes / MINUTES) / 1000

export type Legibility = 'clear' | 'hard' | 'unreadable'
export const legibility = (minutes: number): Legibility =>
  minutes >= CLEAR_MIN ? 'clear' : minutes >= FLOOR_MIN ? 'hard' : 'unreadable'

/** The sizes of visual.md section 3, design pixels. */
export const SIZES: readonly { use: string; px: number }[] = [
  { use: '三零天数', px: 56 },
  { use: '比率', px: 54 },
  { use: '置顶标题、时钟', px: 46 },
  { use: '关键数字', px: 44 },
  { use: '未确认告警标题', px: 32 },
  { use: '未确认告警用时', px: 30 },
  { use: '面板标题', px: 22 },
  { use: '已确认告警标题', px: 20 },
  { use: '行', px: 17 },
  { use: '标签', px: 16 },
  { use: '时点、坐标、注（下限）', px: 15 },
]

export interface SizeRow {
  use: string
  px: number
  mm: number
  minutes: number
  readableToM: number
  legibility: Legibility
}
/** @param mmPerPx millimetres of one design pixel on this wall */
export const sizeRows = (mmPerPx: number, distanceM: number): SizeRow[] =>
  SIZES.map(({ use, px }) => {
    const mm = px * mmPerPx
    const minutes = arcMinutes(mm, distanceM)
    return { use, px, mm, minutes, readableToM: readableTo(mm), legibility: legibility(minutes) }
  })

/** The smallest text that is clear at this distance; undefined = none is. */
export const smallestClear = (rows: readonly SizeRow[]): SizeRow | undefined =>
  rows.filter((row) => row.legibility === 'clear').sort((a, b) => a.px - b.px)[0]

/** Panels that a seam goes through: nothing should stand within `clearPx` design pixels of it. */
export const crossed = (
  panels: readonly { panel: string; x: number; w: number }[],
  seamPx: number,
  clearPx = 24,
): string[] => panels.filter(({ x, w }) => x < seamPx + clearPx && x + w > seamPx - clearPx).map(({ panel }) => panel)

/** WCAG 2.2 relative luminance and contrast of two #rrggbb colours. */
export function contrast(a: string, b: string): number {
  const light = (hex: string) => {
    const [r = 0, g = 0, b_ = 0] = [1, 3, 5].map((at) => {
      const c = Number.parseInt(hex.slice(at, at + 2), 16) / 255
      return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * r + 0.7152 * g + 0.0722 * b_
  }
  const [high, low] = [light(a), light(b)].sort((x, y) => y - x) as [number, number]
  return (high + 0.05) / (low + 0.05)
}
