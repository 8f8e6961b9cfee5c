/**
 * Makes the demo office's config/site.yaml, shaped as domain.md section I:
 * `node collectors/office/generate-site.ts > config/site.yaml`. Always the same; nothing in it is real.
 */
import { type Chance, chanceOf } from './random.ts'
import { AREAS, DOORS, FLOORS, PATROL, POSTS, SHIFTS, ZEROS } from './site-building.ts'
import { DEPARTMENTS, generatePeople, type Person } from './site-people.ts'
import { generateTerminals } from './site-terminals.ts'

const HEAD = `# 示例区人民检察院：演示数据，全部虚构。
# 姓名为随机生成；身份证号校验位故意错误；电话均为 199-0000 号段（不存在）。
# 本文件由 collectors/office/generate-site.ts 以固定种子生成；正式使用时整份换成本院的情况即可。
# 改完请运行 npm run doctor，有问题会指出是哪一行。`

/** One YAML flow value; strings are quoted only where YAML would read them otherwise. */
function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`
  if (value && typeof value === 'object')
    return `{ ${Object.entries(value)
      .filter(([, each]) => each !== undefined && each !== false && each !== '')
      .map(([key, each]) => `${key}: ${flow(each)}`)
      .join(', ')} }`
  return typeof value === 'string' && !/^[\p{Script=Han}A-Za-z][\p{Script=Han}\w .-]*$/u.test(value)
    ? `'${value.replaceAll("'", "''")}'`
    : String(value)
}
const rows = (name: string, items: readonly unknown[], indent = ''): string =>
  `${indent}${name}:\n${items.map((item) => `${indent}  - ${flow(item)}`).join('\n')}`

/** @returns the text of site.yaml */
export function generateSite(chance: Chance = chanceOf('sanling-demo-1')): string {
  const people: Person[] = generatePeople(chance.branch('people'))
  const parts = [
    HEAD,
    'site: demo\nunit: 示例区人民检察院\nproduct: 三零智慧指挥中心\n# true：所有屏幕与导出都标“演示”\ndemo: true',
    `# 内设机构：handlesCases 为办案部门，流程节点面板按此次序排列，不排名\n${rows('departments', DEPARTMENTS)}`,
    `# 人员 61 名，员额检察官（quota）25 名；account 为登录名，roles 见 rules/permissions.yaml\n${rows('people', people)}`,
    `# 岗位：告警派给岗位，不派给个人\n${rows('posts', POSTS)}`,
    rows('shifts', SHIFTS),
    `# 终端 110 台；protectedBy 为防护来源（sources.yaml 的 id），没有即为盲区\n${rows('terminals', generateTerminals(people, chance.branch('terminals')))}`,
    `# 楼层自上而下；房间坐标为百分比（0–100），左上角为原点\nfloors:\n${FLOORS.map(
      ({ name, note, rooms }) => `  - name: ${flow(name)}\n    note: ${flow(note)}\n${rows('rooms', rooms, '    ')}`,
    ).join('\n')}`,
    `# 门禁分组在大屏上的固定次序\nareas: ${flow(AREAS)}`,
    `# 门 24 樘：device 与 doorNo 为控制器编号与其门号；heldS 为超时秒数；hours 之外开启即告警\n${rows('doors', DOORS)}`,
    `# 巡查：点位芯片号为 10 位十六进制；晚到 lateMin 分钟为迟到；棒可晚下载 downloadHours 小时\npatrol:\n${rows('points', PATROL.points, '  ')}\n${rows('routes', PATROL.routes, '  ')}\n${rows('rounds', PATROL.rounds, '  ')}\n  windowMin: 60\n  earlyMin: 10\n  lateMin: 30\n  downloadHours: 12\n  minGapS: 20`,
    `# 三零：只登记事实，只增不删\n${rows('zeros', ZEROS)}`,
  ]
  return `${parts.join('\n\n')}\n`
}

if (process.argv[1] === import.meta.filename) process.stdout.write(generateSite())
