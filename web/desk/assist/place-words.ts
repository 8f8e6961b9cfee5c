import type { Place, TimelineEntry } from '../../../contract/http/assist-reading.ts'
import * as format from '../../ui/format.ts'

/** `一卷.pdf 第 3 页 第 12 段`. */
export const placeWords = (place: Place, names: ReadonlyMap<string, string>): string =>
  `${names.get(place.file) ?? '文件'}${place.page === null ? '' : ` 第 ${place.page} 页`} 第 ${place.paragraph} 段`

export function momentWords({ day, minutes }: Pick<TimelineEntry, 'day' | 'minutes'>): string {
  const clock = minutes === null ? '' : ` ${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}`
  return `${day ?? '日期不明'}${clock}`
}

export const dayAndTime = (at: number): string => `${format.isoDate(at)} ${format.time(at)}`
