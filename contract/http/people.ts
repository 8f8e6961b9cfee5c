import { z } from 'zod'
import { route } from './route.ts'

/** Session writes carry the token of the answer to `login` and `me` in this header. */
export const CSRF_HEADER = 'x-csrf-token'
export const SESSION_COOKIE = 'sanling_session'
/** Set by `wall-entry`; lets the same screen open /wall again without the key in its address. */
export const WALL_COOKIE = 'sanling_wall'

export const Me = z.object({
  id: z.string(),
  username: z.string(),
  name: z.string(),
  roles: z.array(z.object({ id: z.string(), name: z.string() })),
  department: z.string().nullable(),
  post: z.string(),
  /** Words of config/rules/permissions.yaml: what the page may offer. */
  permissions: z.array(z.string()),
  via: z.enum(['session', 'token', 'wall-key']),
  /** For `x-csrf-token`; null unless it is a session. */
  csrf: z.string().nullable(),
  /** The password must be changed before long (first sign-in). */
  mustChangePassword: z.boolean(),
  /** `wanted`: a role asks for one; until it is set up nothing else is allowed. */
  secondFactor: z.enum(['none', 'wanted', 'on']),
})
export type Me = z.infer<typeof Me>

const text = (max: number) => z.string().trim().min(1).max(max)
const secret = z.string().min(1).max(256)
/** A new password: 12–128 characters; length counts, not composition (NIST SP 800-63B 5.1.1.2). */
export const NewPassword = z.string().min(12, '口令至少 12 个字符').max(128, '口令最多 128 个字符')
export const Username = z.string().regex(/^[a-z0-9][a-z0-9._-]{1,63}$/, '2–64 个小写字母、数字或 . _ -')

export const Account = z.object({
  id: z.string(),
  username: z.string(),
  name: z.string(),
  roles: z.array(z.string()),
  department: z.string().nullable(),
  post: z.string(),
  disabled: z.boolean(),
  source: z.enum(['local', 'ldap']),
  lockedUntil: z.int().nullable(),
  createdAt: z.int(),
})
export type Account = z.infer<typeof Account>
export const Token = z.object({
  id: z.string(),
  label: z.string(),
  createdAt: z.int(),
  expiresAt: z.int().nullable(),
  /** The only permissions it carries; null: all of its account. */
  scopes: z.array(z.string()).nullable(),
})
export const WallKey = z.object({
  id: z.string(),
  label: z.string(),
  screen: z.string().nullable(),
  createdAt: z.int(),
  lastSeenAt: z.int().nullable(),
  /** `open`: any screen may show it; `device`: the first one takes it; `bound`: it has been taken. */
  binding: z.enum(['open', 'device', 'bound']),
})

export const login = route({
  id: 'login',
  method: 'POST',
  path: '/login',
  summary: '登录，建立会话；会话写操作须带回 csrf',
  tag: 'people',
  permission: 'public',
  body: z.object({
    username: z.string().trim().min(1).max(64),
    password: secret,
    /** 动态口令或恢复码, where the account has a second factor. */
    code: z.string().trim().max(16).optional(),
  }),
  answer: Me,
})
export const logout = route({
  id: 'logout',
  method: 'POST',
  path: '/logout',
  summary: '退出登录，同一会话的实时连接一并断开',
  tag: 'people',
  permission: 'signed-in',
  status: 204,
})
export const me = route({
  id: 'me',
  method: 'GET',
  path: '/me',
  summary: '当前登录人',
  tag: 'people',
  permission: 'signed-in',
  answer: Me,
})
export const changePassword = route({
  id: 'change-password',
  method: 'POST',
  path: '/me/password',
  summary: '修改本人口令；其他会话全部失效',
  tag: 'people',
  permission: 'signed-in',
  body: z.object({ current: secret, next: NewPassword }),
  status: 204,
})
export const tokens = route({
  id: 'tokens',
  method: 'GET',
  path: '/me/tokens',
  summary: '本人的访问令牌（不含令牌本身）',
  tag: 'people',
  permission: 'signed-in',
  answer: z.object({ items: z.array(Token) }),
})
export const createToken = route({
  id: 'create-token',
  method: 'POST',
  path: '/me/tokens',
  summary: '新建访问令牌；令牌只显示这一次',
  tag: 'people',
  permission: 'signed-in',
  body: z.object({
    label: text(64),
    days: z.int().min(1).max(366).default(90),
    scopes: z.array(z.string().max(64)).min(1).max(60).nullable().default(null),
  }),
  answer: Token.extend({ token: z.string() }),
  status: 201,
})
export const revokeToken = route({
  id: 'revoke-token',
  method: 'DELETE',
  path: '/me/tokens/{id}',
  summary: '吊销访问令牌',
  tag: 'people',
  permission: 'signed-in',
  params: z.object({ id: text(64) }),
  status: 204,
})
export const accounts = route({
  id: 'accounts',
  method: 'GET',
  path: '/accounts',
  summary: '账号与角色',
  tag: 'people',
  permission: 'people.read',
  answer: z.object({ items: z.array(Account) }),
})
export const wallKeys = route({
  id: 'wall-keys',
  method: 'GET',
  path: '/wall-keys',
  summary: '大屏密钥（不含密钥本身）',
  tag: 'people',
  permission: 'people.manage',
  answer: z.object({ items: z.array(WallKey) }),
})
export const createWallKey = route({
  id: 'create-wall-key',
  method: 'POST',
  path: '/wall-keys',
  summary: '新建大屏密钥；密钥只显示这一次',
  tag: 'people',
  permission: 'people.manage',
  body: z.object({
    label: text(64),
    screen: z.string().max(64).nullable().default(null),
    bind: z.boolean().default(false),
  }),
  answer: WallKey.extend({ key: z.string() }),
  status: 201,
})
export const revokeWallKey = route({
  id: 'revoke-wall-key',
  method: 'DELETE',
  path: '/wall-keys/{id}',
  summary: '吊销大屏密钥，使用它的屏幕立即断开',
  tag: 'people',
  permission: 'people.manage',
  params: z.object({ id: text(64) }),
  status: 204,
})
export const wallEntry = route({
  id: 'wall-entry',
  method: 'POST',
  path: '/public/wall-entry',
  summary: '大屏凭密钥取得设备 cookie，此后地址中不必再带密钥',
  tag: 'people',
  permission: 'public',
  body: z.object({ key: secret }),
  answer: z.object({ screen: z.string().nullable() }),
})
