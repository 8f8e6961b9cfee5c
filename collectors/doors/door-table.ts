import type { Site } from '../../config/schema.ts'

/** `door:…` of a door number of one device, as site.yaml says. */
export function doorTable(
  doors: Site['doors'],
  source: string,
  device: string,
): (doorNo: number) => string | undefined {
  const own = doors.filter((door) => door.source === source && door.device === device)
  const table = new Map(own.map((door) => [door.doorNo, door.id]))
  return (doorNo) => table.get(doorNo)
}
