import { z } from 'zod'
import { DoorMark } from '../panels/security.ts'
import { page, route } from './route.ts'

export const ZeroFactItem = z.object({
  kind: z.enum(['petition', 'accident', 'case']),
  date: z.iso.date(),
  what: z.string(),
})

export const securityRoutes = {
  doors: route({
    id: 'listDoors',
    method: 'GET',
    path: '/doors',
    summary: '全部门的当前状态',
    tag: 'security',
    permission: 'doors.read',
    answer: page(DoorMark),
  }),
  zeroFacts: route({
    id: 'listZeroFacts',
    method: 'GET',
    path: '/zeros/facts',
    summary: '三零登记台账',
    tag: 'security',
    permission: 'figures.read',
    answer: page(ZeroFactItem),
  }),
  addZeroFact: route({
    id: 'addZeroFact',
    method: 'POST',
    path: '/zeros/facts',
    summary: '登记一件事实，只增不改',
    tag: 'security',
    permission: 'zeros.write',
    body: ZeroFactItem.extend({ what: z.string().trim().min(4, '请写明事由，至少 4 个字').max(400) }),
    answer: ZeroFactItem,
    status: 201,
  }),
}
