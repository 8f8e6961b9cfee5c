import { z } from 'zod'
import { Username } from './people.ts'
import { route } from './route.ts'

/** Accounts of others, and the own sign-ins and second factor. What gives rights needs two people (三员分立). */
const tag = 'people'
const params = z.object({ id: z.string().min(1).max(64) })
const reason = z.string().trim().min(2, '请写明理由').max(1000)
const Roles = z.array(z.string().max(64)).min(1, '至少一个角色').max(10)
/** `approvalId`: what another one now has to approve. */
const Proposed = z.object({ approvalId: z.string() })
/** The password is shown this once; it is good when the proposal is approved, and must be changed at the first sign-in. */
const ProposedPassword = Proposed.extend({ initialPassword: z.string() })

export const SessionItem = z.object({
  id: z.string(),
  createdAt: z.int(),
  seenAt: z.int(),
  ip: z.string(),
  /** The one that asks. */
  own: z.boolean(),
})
const Sessions = z.object({ items: z.array(SessionItem) })
const sessionParams = params.extend({ session: z.string().min(1).max(64) })

export const accountRoutes = {
  mySessions: route({
    id: 'mySessions',
    method: 'GET',
    path: '/me/sessions',
    tag,
    permission: 'signed-in',
    summary: '本人的登录会话',
    answer: Sessions,
  }),
  endMySession: route({
    id: 'endMySession',
    method: 'DELETE',
    path: '/me/sessions/{id}',
    tag,
    permission: 'signed-in',
    summary: '结束本人的一个会话，其实时连接一并断开',
    params,
    status: 204,
  }),
  beginFactor: route({
    id: 'beginSecondFactor',
    method: 'POST',
    path: '/me/second-factor',
    tag,
    permission: 'signed-in',
    summary: '设置动态口令：得到密钥，须再确认一次',
    answer: z.object({ secret: z.string(), uri: z.string() }),
  }),
  confirmFactor: route({
    id: 'confirmSecondFactor',
    method: 'POST',
    path: '/me/second-factor/confirm',
    tag,
    permission: 'signed-in',
    summary: '以第一个动态口令确认；恢复码只显示这一次',
    body: z.object({
      code: z
        .string()
        .trim()
        .regex(/^\d{6}$/, '6 位数字'),
    }),
    answer: z.object({ recovery: z.array(z.string()) }),
  }),
  removeFactor: route({
    id: 'removeSecondFactor',
    method: 'POST',
    path: '/me/second-factor/remove',
    tag,
    permission: 'signed-in',
    summary: '停用本人的动态口令（须出示一个有效的动态口令或恢复码）',
    body: z.object({ code: z.string().trim().min(6).max(16) }),
    status: 204,
  }),
  create: route({
    id: 'proposeAccount',
    method: 'POST',
    path: '/accounts',
    tag,
    permission: 'people.create',
    status: 201,
    summary: '申请新建账号；由安全保密管理员批准后生效',
    body: z.object({
      username: Username,
      name: z.string().trim().min(1).max(64),
      roles: Roles,
      department: z.string().max(64).nullable().default(null),
      /** Person of site.yaml, if it is one. */
      person: z.string().max(64).nullable().default(null),
      /** `ldap`: the office's directory knows the password. */
      source: z.enum(['local', 'ldap']).default('local'),
      reason,
    }),
    answer: Proposed.extend({ initialPassword: z.string().nullable() }),
  }),
  roles: route({
    id: 'proposeRoles',
    method: 'POST',
    path: '/accounts/{id}/roles',
    tag,
    permission: 'people.manage',
    status: 201,
    summary: '申请变更角色；由系统管理员批准后生效，该账号的会话与令牌立即按新角色计',
    params,
    body: z.object({ roles: Roles, reason }),
    answer: Proposed,
  }),
  password: route({
    id: 'proposePassword',
    method: 'POST',
    path: '/accounts/{id}/password',
    tag,
    permission: 'people.create',
    status: 201,
    summary: '申请重置口令；由安全保密管理员批准后生效',
    params,
    body: z.object({ reason }),
    answer: ProposedPassword,
  }),
  resetFactor: route({
    id: 'proposeFactorReset',
    method: 'POST',
    path: '/accounts/{id}/second-factor/reset',
    tag,
    permission: 'people.manage',
    status: 201,
    summary: '申请清除他人的动态口令；由系统管理员批准后生效',
    params,
    body: z.object({ reason }),
    answer: Proposed,
  }),
  enable: route({
    id: 'proposeEnable',
    method: 'POST',
    path: '/accounts/{id}/enable',
    tag,
    permission: 'people.manage',
    status: 201,
    summary: '申请启用账号；由系统管理员批准后生效',
    params,
    body: z.object({ reason }),
    answer: Proposed,
  }),
  disable: route({
    id: 'disableAccount',
    method: 'POST',
    path: '/accounts/{id}/disable',
    tag,
    permission: 'people.manage',
    summary: '立即停用账号：会话、令牌与实时连接一并断开',
    params,
    body: z.object({ reason }),
    status: 204,
  }),
  unlock: route({
    id: 'unlockAccount',
    method: 'POST',
    path: '/accounts/{id}/unlock',
    tag,
    permission: 'people.manage',
    summary: '解除登录锁定',
    params,
    body: z.object({ reason }),
    status: 204,
  }),
  sessions: route({
    id: 'sessionsOfAccount',
    method: 'GET',
    path: '/accounts/{id}/sessions',
    tag,
    permission: 'people.manage',
    summary: '一个账号的登录会话',
    params,
    answer: Sessions,
  }),
  endSession: route({
    id: 'endSession',
    method: 'DELETE',
    path: '/accounts/{id}/sessions/{session}',
    tag,
    permission: 'people.manage',
    summary: '结束他人的一个会话',
    params: sessionParams,
    status: 204,
  }),
}
