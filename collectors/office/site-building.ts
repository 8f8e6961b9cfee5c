/** Floors, doors, patrol and posts of the demo office, after the design pictures. Percent coordinates, origin top left. */

interface Room {
  name: string
  x: number
  y: number
  w: number
  h: number
  corridor?: boolean
}
interface Floor {
  name: string
  note: string
  rooms: Room[]
}

const TOP = { y: 0, h: 38 }
const MIDDLE = { y: 38, h: 23 }
const BOTTOM = { y: 61, h: 39 }
/** Rooms side by side in one strip: `[name, width]`, widths add up to 100. */
const strip = (band: { y: number; h: number }, rooms: readonly (readonly [string, number])[]): Room[] => {
  let x = 0
  return rooms.map(([name, w]) => {
    const room = { name, x, y: band.y, w, h: band.h }
    x += w
    return room
  })
}
const floor = (
  name: string,
  note: string,
  top: readonly (readonly [string, number])[],
  bottom: readonly (readonly [string, number])[],
): Floor => ({
  name,
  note,
  rooms: [
    ...strip(TOP, top),
    { name: `${name.replace('层', ' 层')} 走廊`, x: 0, ...MIDDLE, w: 100, corridor: true },
    ...strip(BOTTOM, bottom),
  ],
})

export const FLOORS: readonly Floor[] = [
  {
    name: '屋顶',
    note: '屋顶门',
    rooms: [
      { name: '电梯机房', x: 0, y: 0, w: 34, h: 61 },
      { name: '楼梯', x: 34, y: 0, w: 22, h: 61 },
      { name: '设备平台', x: 56, y: 0, w: 44, h: 61 },
      { name: '屋面', x: 0, y: 61, w: 100, h: 39, corridor: true },
    ],
  },
  floor(
    '6层',
    '楼层门',
    [
      ['检委会会议室', 36],
      ['党组会议室', 32],
      ['荣誉室', 32],
    ],
    [
      ['院领导', 58],
      ['楼梯', 16],
      ['接待室', 26],
    ],
  ),
  floor(
    '5层',
    '楼层门',
    [
      ['政治部', 36],
      ['档案室', 28],
      ['图书室', 36],
    ],
    [
      ['办公室', 56],
      ['楼梯', 16],
      ['财务室', 28],
    ],
  ),
  floor(
    '4层',
    '楼层、会议',
    [
      ['第四检察部', 40],
      ['听证室', 24],
      ['大会议室', 36],
    ],
    [
      ['第四检察部', 56],
      ['楼梯', 16],
      ['未检谈话室', 28],
    ],
  ),
  floor(
    '3层',
    '楼层、机房',
    [
      ['第二检察部', 28],
      ['机房 B', 20],
      ['机房 A', 52],
    ],
    [
      ['第三检察部', 34],
      ['楼梯', 16],
      ['第三检察部', 50],
    ],
  ),
  floor(
    '2层',
    '案卷、财物',
    [
      ['案卷室 1', 20],
      ['案卷室 2', 20],
      ['财物室 1', 22],
      ['涉案财物室 2', 38],
    ],
    [
      ['第一检察部', 30],
      ['第一检察部', 26],
      ['楼梯', 16],
      ['案管办公室', 28],
    ],
  ),
  floor(
    '1层',
    '大门、办案区',
    [
      ['讯问室 1', 15],
      ['讯问室 2', 15],
      ['询问室', 15],
      ['律师接待', 15],
      ['12309 大厅', 40],
    ],
    [
      ['法警队', 26],
      ['楼梯', 16],
      ['大厅', 34],
      ['安检', 24],
    ],
  ),
  {
    name: '地下',
    note: '车库',
    rooms: [
      { name: '配电室', x: 0, y: 0, w: 28, h: 38 },
      { name: '楼梯', x: 28, y: 0, w: 16, h: 38 },
      { name: '水泵房', x: 44, y: 0, w: 24, h: 38 },
      { name: '库房', x: 68, y: 0, w: 32, h: 38 },
      { name: '车库', x: 0, y: 38, w: 100, h: 62, corridor: true },
    ],
  },
]

export const AREAS = ['大门', '案卷室', '办案区', '机房', '楼层门', '车库', '12309', '会议', '涉案财物', '屋顶']

const OFFICE_HOURS = { from: '07:30', to: '19:00', workdaysOnly: true }
type Where = readonly [floor: string, room: string | undefined, x: number, y: number, vertical?: boolean]
/** `device`: the four-door controller that it hangs on, its place there is `doorNo`. */
const door = (
  id: string,
  name: string,
  area: string,
  where: Where,
  device: string,
  doorNo: number,
  sensitive = false,
) => ({
  id: `door:${id}`,
  name,
  area,
  floor: where[0],
  room: where[1],
  x: where[2],
  y: where[3],
  vertical: where[4],
  source: 'hik-main',
  device,
  doorNo,
  sensitive,
  heldS: 30,
  hours: sensitive ? OFFICE_HOURS : undefined,
})

export const DOORS = [
  door('M1', '大门 1号门', '大门', ['1层', '大厅', 52, 100], 'acs-1', 1),
  door('M2', '大门 2号门', '大门', ['1层', '大厅', 66, 100], 'acs-1', 2),
  door('H1', '12309 1号门', '12309', ['1层', '12309 大厅', 74, 38], 'acs-1', 3),
  door('H2', '12309 2号门', '12309', ['1层', '12309 大厅', 90, 38], 'acs-1', 4),
  door('C1', '办案区 1号门', '办案区', ['1层', '讯问室 1', 8, 38], 'acs-2', 1),
  door('C2', '办案区 2号门', '办案区', ['1层', '讯问室 2', 22, 38], 'acs-2', 2),
  door('C3', '办案区 3号门', '办案区', ['1层', '询问室', 38, 38], 'acs-2', 3),
  door('C4', '办案区 4号门', '办案区', ['1层', '律师接待', 52, 38], 'acs-2', 4),
  door('F1', '1层 楼层门', '楼层门', ['1层', '楼梯', 34, 61], 'acs-3', 1),
  door('F2', '2层 楼层门', '楼层门', ['2层', '楼梯', 64, 61], 'acs-3', 2),
  door('F3', '3层 楼层门', '楼层门', ['3层', '楼梯', 42, 61], 'acs-3', 3),
  door('F4', '4层 楼层门', '楼层门', ['4层', '楼梯', 64, 61], 'acs-3', 4),
  door('A1', '案卷室 1号门', '案卷室', ['2层', '案卷室 1', 10, 38], 'acs-4', 1, true),
  door('A2', '案卷室 2号门', '案卷室', ['2层', '案卷室 2', 30, 38], 'acs-4', 2, true),
  door('E1', '涉案财物室 1号门', '涉案财物', ['2层', '财物室 1', 51, 38], 'acs-4', 3, true),
  door('E2', '涉案财物室 2号门', '涉案财物', ['2层', '涉案财物室 2', 81, 38], 'acs-4', 4, true),
  door('S1', '机房 A门', '机房', ['3层', '机房 A', 74, 38], 'acs-5', 1, true),
  door('S2', '机房 B门', '机房', ['3层', '机房 B', 38, 38], 'acs-5', 2, true),
  door('G1', '车库 1号门', '车库', ['地下', '车库', 0, 72, true], 'acs-6', 1),
  door('G2', '车库 2号门', '车库', ['地下', '车库', 100, 72, true], 'acs-6', 2),
  door('F5', '5层 楼层门', '楼层门', ['5层', '楼梯', 64, 61], 'acs-7', 1),
  door('F6', '6层 楼层门', '楼层门', ['6层', '楼梯', 66, 61], 'acs-7', 2),
  door('R1', '大会议室门', '会议', ['4层', '大会议室', 82, 38], 'acs-7', 3),
  door('T1', '屋顶门', '屋顶', ['屋顶', '楼梯', 45, 61], 'acs-7', 4, true),
]

const PLACES: readonly (readonly [route: string, name: string, chip: string])[] = [
  ['outer', '大门岗', '0F004EBE01'],
  ['outer', '东围墙', '0F004EBE1C'],
  ['outer', '北围墙', '0F004EBE2A'],
  ['outer', '西围墙', '0F004EBE37'],
  ['outer', '车库入口', '0F004EBE44'],
  ['outer', '配电室', '0F004EBE5B'],
  ['cases', '办案区入口', '3300A5D301'],
  ['cases', '讯问室走廊', '3300A5D31F'],
  ['cases', '律师接待室', '3300A5D32D'],
  ['cases', '12309 大厅', '3300A5D33E'],
  ['cases', '涉案财物室', '3300A5D346'],
  ['cases', '案卷室', '3300A5D358'],
  ['floors', '3层机房', '5A00C17E02'],
  ['floors', '3层东侧', '5A00C17E13'],
  ['floors', '4层会议室', '5A00C17E25'],
  ['floors', '5层档案室', '5A00C17E39'],
  ['floors', '6层西侧', '5A00C17E4D'],
  ['floors', '屋顶平台', '5A00C17E56'],
]
const points = PLACES.map(([route, name, chip], at) => ({
  id: `P${String(at + 1).padStart(2, '0')}`,
  route,
  name,
  chip,
}))
const of = (route: string): string[] => points.filter((point) => point.route === route).map(({ id }) => id)

export const PATROL = {
  points: points.map(({ id, name, chip }) => ({ id, name, chip })),
  routes: [
    { id: 'outer', name: '外围线', order: 'free', points: of('outer') },
    { id: 'cases', name: '办案区线', order: 'free', points: of('cases') },
    { id: 'floors', name: '楼层线', order: 'strict', points: of('floors') },
  ],
  rounds: [
    { at: '07:00', days: 'all' },
    { at: '12:30', days: 'all' },
    { at: '18:30', days: 'all' },
    { at: '23:00', days: 'weekdays' },
  ],
}

export const SHIFTS = [
  { name: '白班', from: '08:00', to: '18:00' },
  { name: '夜班', from: '18:00', to: '08:00' },
]
export const POSTS = [
  { id: 'security-a', name: '安全岗 A', phone: '8206', place: '安全值班室', shift: '白班' },
  { id: 'security-b', name: '安全岗 B', phone: '8207', place: '安全值班室', shift: '夜班' },
  { id: 'judicial-police', name: '法警岗', phone: '8110', place: '2层', shift: '白班' },
  { id: 'case-a', name: '案管岗 A', phone: '8031', place: '案管办公室', shift: '白班' },
  { id: 'case-b', name: '案管岗 B', phone: '8032', place: '案管办公室', shift: '夜班' },
  { id: 'it', name: '信息技术岗', phone: '8021', place: '机房 A', shift: '白班' },
  { id: 'petition', name: '信访岗', phone: '8123', place: '12309 大厅', shift: '白班' },
  { id: 'property', name: '财物管理岗', phone: '8045', place: '2层', shift: '白班' },
  { id: 'duty-leader', name: '值班领导', phone: '8001', place: '6层', shift: '白班' },
]
export const ZEROS = [
  {
    kind: 'petition',
    title: '零上访',
    since: '2020-01-01',
    events: [{ date: '2026-07-19', what: '越级走访 1 批 1 人，已化解' }],
  },
  {
    kind: 'accident',
    title: '零事故',
    since: '2020-01-01',
    events: [{ date: '2025-03-23', what: '车辆轻微剐蹭，无人员受伤' }],
  },
  {
    kind: 'case',
    title: '零案件',
    since: '2020-01-01',
    events: [{ date: '2024-02-04', what: '院内电动车被盗，已破案' }],
  },
]
