import type { Chance } from './random.ts'

/** Nine units of domain.md section I, in the order of every screen. */
export const DEPARTMENTS = [
  { id: 'lead', code: 'LEAD', name: '院领导' },
  { id: 'd1', code: 'D1', name: '第一检察部', handlesCases: true },
  { id: 'd2', code: 'D2', name: '第二检察部', handlesCases: true },
  { id: 'd3', code: 'D3', name: '第三检察部', handlesCases: true },
  { id: 'd4', code: 'D4', name: '第四检察部', handlesCases: true },
  { id: 'cm', code: 'CM', name: '案件管理部' },
  { id: 'pol', code: 'POL', name: '政治部' },
  { id: 'off', code: 'OFF', name: '办公室' },
  { id: 'police', code: 'POLICE', name: '法警队' },
]

export interface Person {
  id: string
  name: string
  department: string
  title: string
  quota: boolean
  employeeNo: string
  account?: string
  roles?: string[]
  post?: string
  idNumber: string
  phone: string
}

type Seat = Pick<Person, 'department' | 'title' | 'quota'> & Partial<Pick<Person, 'account' | 'roles' | 'post'>>
const seats = (department: string, title: string, count: number, quota = false): Seat[] =>
  Array.from({ length: count }, () => ({ department, title, quota }))
const seat = (department: string, title: string, quota: boolean, role?: string, post?: string): Seat => ({
  department,
  title,
  quota,
  account: role,
  roles: role ? [role] : undefined,
  post,
})

/** 61 seats, 25 of them quota prosecutors; one account for each of the ten roles of contract.md. */
const SEATS: readonly Seat[] = [
  seat('lead', '检察长', true, 'chief', 'duty-leader'),
  seat('lead', '副检察长', true, 'deputy-chief', 'duty-leader'),
  ...seats('lead', '副检察长', 2, true),
  seat('lead', '政治部主任', true),
  seat('d1', '部门主任', true, 'department-head'),
  seat('d1', '检察官', true, 'prosecutor'),
  ...seats('d1', '检察官', 5, true),
  ...seats('d1', '检察官助理', 5),
  ...seats('d1', '书记员', 3),
  seat('d2', '部门主任', true),
  ...seats('d2', '检察官', 3, true),
  ...seats('d2', '检察官助理', 3),
  ...seats('d2', '书记员', 2),
  seat('d3', '部门主任', true),
  ...seats('d3', '检察官', 3, true),
  ...seats('d3', '检察官助理', 3),
  seat('d3', '书记员', false),
  seat('d4', '部门主任', true),
  ...seats('d4', '检察官', 2, true),
  ...seats('d4', '检察官助理', 3),
  seat('d4', '书记员', false, undefined, 'petition'),
  seat('d4', '书记员', false, undefined, 'petition'),
  seat('cm', '部门主任', true, 'case-management', 'case-a'),
  seat('cm', '检察官', true, undefined, 'case-b'),
  ...seats('cm', '案件管理员', 4),
  seat('pol', '副主任', false, 'inspection'),
  seat('pol', '干事', false, 'auditor'),
  seat('pol', '干事', false),
  seat('off', '办公室主任', false),
  seat('off', '信息技术员', false, 'system-admin', 'it'),
  seat('off', '保密管理员', false, 'security-admin'),
  seat('off', '财务', false),
  seat('police', '法警队长', false, 'security-officer', 'security-a'),
  seat('police', '法警', false, undefined, 'security-b'),
  seat('police', '法警', false, undefined, 'judicial-police'),
]

const FAMILY = [...'赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜']
const GIVEN = [...'安柏晨大恩方刚浩嘉康兰明宁沛青然思天文晓雅远泽知']

/** @returns 61 invented people; the same chance gives the same people */
export function generatePeople(chance: Chance): Person[] {
  const taken = new Set<string>()
  const name = (): string => {
    for (;;) {
      const made = chance.pick(FAMILY) + chance.pick(GIVEN) + (chance.hit(0.7) ? chance.pick(GIVEN) : '')
      if (!taken.has(made)) {
        taken.add(made)
        return made
      }
    }
  }
  return SEATS.map((each, at) => ({
    id: `p${String(at + 1).padStart(2, '0')}`,
    name: name(),
    ...each,
    employeeNo: String(10001 + at),
    idNumber: idNumber(chance),
    phone: `199-0000-${String(1001 + at * 7)}`,
  }))
}

/** 18 digits with a check digit that is wrong on purpose (GB 11643), so that nobody real is named. */
function idNumber(chance: Chance): string {
  const born = `${chance.int(1967, 2001)}${String(chance.int(1, 12)).padStart(2, '0')}${String(chance.int(1, 28)).padStart(2, '0')}`
  const body = `149999${born}${String(chance.int(100, 999))}`
  return body + ((idCheckDigit(body) + 1 + chance.int(0, 7)) % 10)
}

/** Weighted sum of GB 11643; 10 stands for X. */
export function idCheckDigit(body: string): number {
  const sum = [...body].reduce((total, digit, at) => total + Number(digit) * (2 ** (17 - at) % 11), 0)
  return (12 - (sum % 11)) % 11
}
