import { z } from 'zod'
import { LOAD_KINDS } from '../../contract/http/assignment.ts'
import { DesignationFilters, DrawFilters } from '../../contract/http/draws.ts'
import type { Exporter } from '../feature.ts'
import { caseNoCell, conditionCell, listExporter, momentCell } from '../list-export.ts'
import type { AssignmentDeps } from './context.ts'
import { designationPage, drawPage, loadPage } from './pages.ts'
import { personName } from './present.ts'

const DRAW_STATES = {
  committed: '待出具随机数',
  contributed: '待公开随机数',
  completed: '已完成',
  cancelled: '已撤销',
} as const
const DESIGNATION_STATES = { proposed: '待批准', approved: '已批准', rejected: '未批准' } as const
const KINDS = { designate: '指定分案', change: '变更承办人' } as const

/** 抽签、指定与变更、负荷台账 as files; load is listed person by person in the order of ids, never ranked. */
export const assignmentExporters = (deps: AssignmentDeps): Exporter[] => [draws(deps), designations(deps), load(deps)]

const draws = (deps: AssignmentDeps): Exporter =>
  listExporter({
    kind: 'draws',
    title: '随机分案抽签',
    permission: 'draws.read',
    filters: DrawFilters.strict(),
    page: ({ person, filters }, from) => drawPage(deps, person, { ...filters, ...from }),
    columns: [
      { title: '案件', width: 34, of: ({ caseNo }) => caseNoCell(caseNo) },
      { title: '状态', width: 14, of: ({ state }) => DRAW_STATES[state] },
      { title: '抽中', width: 12, of: ({ winnerName, winner }) => winnerName ?? winner },
      { title: '候选人数', width: 10, kind: 'number', of: ({ poolSize }) => poolSize },
      { title: '发起人', width: 18, of: ({ requestedBy }) => requestedBy },
      { title: '承诺时间', width: 20, of: ({ createdAt }) => momentCell(createdAt) },
      { title: '结束时间', width: 20, of: ({ endedAt }) => momentCell(endedAt) },
      { title: '承诺哈希', width: 66, of: ({ commitment }) => commitment },
      { title: '提示', width: 34, of: ({ warning }) => warning },
    ],
    describe: ({ filters: { caseId } }) => [
      { label: '条件', text: conditionCell([caseId && `案件 ${caseId}`]) },
      { label: '复算', text: '分案链导出后可用 npm run verify -- draws 或在浏览器中复算' },
    ],
  })

const designations = (deps: AssignmentDeps): Exporter =>
  listExporter({
    kind: 'designations',
    title: '指定分案与变更承办人',
    permission: 'draws.read',
    filters: DesignationFilters.strict(),
    page: ({ filters }, from) => designationPage(deps, { ...filters, ...from }),
    columns: [
      { title: '案件', width: 34, of: ({ caseNo }) => caseNoCell(caseNo) },
      { title: '种类', width: 12, of: ({ kind }) => KINDS[kind] },
      { title: '理由', width: 24, of: ({ reasonName }) => reasonName },
      { title: '拟承办人', width: 12, of: ({ memberName }) => memberName },
      { title: '状态', width: 10, of: ({ state }) => DESIGNATION_STATES[state] },
      { title: '说明', width: 48, of: ({ note }) => note },
      { title: '三个规定记录', width: 30, of: ({ interference }) => interference },
      { title: '提出人', width: 18, of: ({ proposedBy }) => proposedBy },
      { title: '提出时间', width: 20, of: ({ proposedAt }) => momentCell(proposedAt) },
      { title: '首次批准', width: 18, of: ({ firstApprovedBy }) => firstApprovedBy },
      { title: '决定人', width: 18, of: ({ decidedBy }) => decidedBy },
      { title: '决定时间', width: 20, of: ({ decidedAt }) => momentCell(decidedAt) },
      { title: '决定意见', width: 36, of: ({ decidedNote }) => decidedNote },
    ],
    describe: ({ filters: { state, kind } }) => [
      { label: '条件', text: conditionCell([state && DESIGNATION_STATES[state], kind && KINDS[kind]]) },
    ],
  })

const load = (deps: AssignmentDeps): Exporter =>
  listExporter({
    kind: 'load',
    title: '负荷台账',
    permission: 'draws.read',
    filters: z.strictObject({ member: z.string().max(64) }),
    page: ({ filters: { member }, now }, from) => loadPage(deps, member, from, now),
    columns: [
      { title: '日期', width: 12, kind: 'date', of: ({ day }) => day },
      { title: '种类', width: 12, of: ({ kind }) => LOAD_KINDS[kind] },
      { title: '标准件', width: 10, kind: 'number', of: ({ amount }) => amount / 1000 },
      { title: '来由', width: 70, of: ({ what }) => caseNoCell(what) },
      { title: '计入', width: 8, of: ({ counted }) => counted },
      { title: '分案链序号', width: 12, kind: 'number', of: ({ seq }) => seq },
    ],
    describe: ({ filters: { member } }) => [
      { label: '人员', text: personName(deps, member) },
      { label: '口径', text: `近 ${deps.config.assignment.windowDays} 日的各行计入；合计不足 0 的按 0` },
    ],
  })
