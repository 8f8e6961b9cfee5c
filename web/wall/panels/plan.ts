import type { PanelData } from '../../../contract/panels/index.ts'
import type { DoorMark } from '../../../contract/panels/security.ts'

/** Pure geometry of the floor plan; coordinates are percents of the floor in both directions. */
type Room = PanelData<'map'>['rooms'][number]
type Mark = PanelData<'map'>['marks'][number]

const NEAR = 2

/** Does a door stand in a wall of this room. */
export function touches(room: Room, mark: Pick<Mark, 'x' | 'y'>): boolean {
  const insideX = mark.x >= room.x - NEAR && mark.x <= room.x + room.w + NEAR
  const insideY = mark.y >= room.y - NEAR && mark.y <= room.y + room.h + NEAR
  const onSide = Math.abs(mark.x - room.x) < NEAR || Math.abs(mark.x - room.x - room.w) < NEAR
  const onEnd = Math.abs(mark.y - room.y) < NEAR || Math.abs(mark.y - room.y - room.h) < NEAR
  return insideX && insideY && (onSide || onEnd)
}

/** Rooms behind a sensitive door are named in bold. */
export function isSensitive(room: Room, marks: readonly Mark[], doors: ReadonlyMap<string, DoorMark>): boolean {
  return !room.corridor && marks.some((mark) => doors.get(mark.door)?.sensitive === true && touches(room, mark))
}

/** «2层» → «2 层». */
export const spaced = (floor: string): string => floor.replace(/(\d)(?=\D)/, '$1 ')
