import type { Chance } from './random.ts'
import type { Person } from './site-people.ts'

export interface TerminalRow {
  host: string
  department?: string
  place: string
  owner?: string
  ip: string
  mac: string
  protectedBy?: string
  server: boolean
}
/** `blind`: how many of the last ones have no protection client. */
interface Group {
  prefix: string
  department?: string
  place: string
  count: number
  net: number
  owned?: boolean
  server?: boolean
  blind?: number
}

/** 110 terminals of domain.md section I; 3 known blind spots as on the picture. */
const GROUPS: readonly Group[] = [
  { prefix: 'YB', department: 'd1', place: '第一检察部', count: 24, net: 1, owned: true },
  { prefix: 'EB', department: 'd2', place: '第二检察部', count: 12, net: 2, owned: true },
  { prefix: 'SB', department: 'd3', place: '第三检察部', count: 12, net: 3, owned: true },
  { prefix: 'WJ', department: 'd4', place: '第四检察部', count: 12, net: 4, owned: true },
  { prefix: 'AG', department: 'cm', place: '案管办公室', count: 10, net: 5, owned: true },
  { prefix: 'LD', department: 'lead', place: '院领导', count: 6, net: 6, owned: true },
  { prefix: 'BG', department: 'off', place: '办公室', count: 8, net: 7, owned: true },
  { prefix: 'ZZ', department: 'pol', place: '政治部', count: 6, net: 8, owned: true },
  { prefix: 'FJ', department: 'police', place: '法警队', count: 4, net: 9, owned: true },
  { prefix: '12309', place: '12309 大厅', count: 4, net: 10, blind: 2 },
  { prefix: 'HY', place: '会议室', count: 6, net: 11, blind: 1 },
  { prefix: 'FW', department: 'off', place: '机房', count: 6, net: 0, server: true },
]

/** @returns 110 rows; owners are handed out in order, spare machines have none */
export function generateTerminals(people: readonly Person[], chance: Chance): TerminalRow[] {
  return GROUPS.flatMap(({ prefix, department, place, count, net, owned, server = false, blind = 0 }) => {
    const owners = owned ? people.filter((person) => person.department === department) : []
    return Array.from({ length: count }, (_, at) => ({
      host: `JCY-${prefix}-${String(at + 1).padStart(3, '0')}`,
      department,
      place,
      owner: owners[at]?.id,
      ip: `10.8.${net}.${at + 11}`,
      mac: [
        '02',
        '1A',
        '2B',
        ...[0, 0, 0].map(() => chance.int(0, 255).toString(16).toUpperCase().padStart(2, '0')),
      ].join('-'),
      protectedBy: at >= count - blind ? undefined : 'tq-main',
      server,
    }))
  })
}
