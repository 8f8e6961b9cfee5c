/** Where a drill stands in the order of its day: after every alert that has a number. */
export const LATE_IN_DAY = 900_000

/**
 * The sortable number of an alert's id: `A-20261124-0031` by its number, `D-20261124-093005` (a drill) by its second of
 * the day. Undefined = no such id.
 */
export function orderOf(id: string): number | undefined {
  const alert = /^A-(\d{8})-(\d{4,6})$/.exec(id)
  if (alert) return Number(alert[1]) * 1_000_000 + Number(alert[2])
  const drill = /^D-(\d{8})-([01]\d|2[0-3])([0-5]\d)([0-5]\d)$/.exec(id)
  if (!drill) return undefined
  const second = Number(drill[2]) * 3600 + Number(drill[3]) * 60 + Number(drill[4])
  return Number(drill[1]) * 1_000_000 + LATE_IN_DAY + second
}
